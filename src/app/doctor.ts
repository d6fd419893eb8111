import { join } from 'node:path';
import { checkCache } from './doctor/check-cache.ts';
import { checkBlake3, checkSharp, checkSqlite, checkTensorflow } from './doctor/check-libraries.ts';
import { checkGit, checkNode, checkPlatform } from './doctor/check-machine.ts';
import { checkConfig, checkLock, checkPipeline } from './doctor/check-project.ts';
import { checkTracking } from './doctor/check-tracking.ts';
import type { DoctorCheck } from './doctor/doctor-check.ts';
import { rootOrNone } from './find-root.ts';
import { loadConfig, type Config } from './load-config.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import type { AppContext } from './types.ts';

export type { DoctorCheck } from './doctor/doctor-check.ts';

export interface DoctorData {
  /** No check failed (warnings do not count). */
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

/** Looks at everything a command of mlo needs. Changes nothing but for files that it makes and removes again. */
export async function doctor(ctx: AppContext): Promise<DoctorData> {
  const root = rootOrNone(ctx.cwd);
  const checks: DoctorCheck[] = [
    checkNode(),
    checkPlatform(),
    await checkGit(),
    await checkSqlite(),
    await checkBlake3(),
    await checkSharp(),
    ...checkTensorflow(root, ctx.env),
    ...(root === undefined ? [notAProject()] : await checkProject(ctx, root)),
  ];
  return { ok: checks.every((check) => check.status !== 'fail'), checks };
}

async function checkProject(ctx: AppContext, root: string): Promise<readonly DoctorCheck[]> {
  const config = await configOrError(ctx, root);
  const checks = [checkConfig(config)];
  if (!(config instanceof MloError))
    checks.push(
      ...checkCache(root, config.cacheDir),
      await checkTracking(config.trackingPath),
      checkLock(join(root, '.mlo', 'lock')),
      await checkPipeline(ctx),
    );
  return checks;
}

async function configOrError(ctx: AppContext, root: string): Promise<Config | MloError> {
  try {
    return await loadConfig(root, ctx.env);
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
}

function notAProject(): DoctorCheck {
  return { name: 'project', status: 'warn', message: 'No project here, so cache, lock and pipeline were not looked at', fix: 'mlo init' };
}
