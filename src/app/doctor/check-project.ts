import { MloError } from '../../core/errors/mlo-error.ts';
import { readLock } from '../../fs/project-lock.ts';
import type { Config } from '../load-config.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { withProject } from '../project.ts';
import type { AppContext } from '../types.ts';
import type { DoctorCheck } from './doctor-check.ts';

export function checkConfig(config: Config | MloError): DoctorCheck {
  if (config instanceof MloError) return fromError('config', config);
  return { name: 'config', status: 'ok', message: 'The configuration is valid' };
}

export function checkLock(path: string): DoctorCheck {
  const holder = readLock(path);
  if (holder === undefined) return { name: 'lock', status: 'ok', message: 'No command is writing in this project' };
  return {
    name: 'lock',
    status: 'warn',
    message: `'${holder.command}' (process ${holder.pid} on ${holder.host}) has been writing since ${holder.since}`,
    fix: `Wait for it; if it is certainly gone, delete ${path}`,
  };
}

export async function checkPipeline(ctx: AppContext): Promise<DoctorCheck> {
  try {
    const stages = await withProject(ctx, async (project) => (await loadProjectPipeline(project)).pipeline.stages.length);
    return { name: 'pipeline', status: 'ok', message: `${stages} ${stages === 1 ? 'stage' : 'stages'}` };
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    if (error.code === 'MLO_NOT_A_PROJECT') return { name: 'pipeline', status: 'warn', message: error.message, fix: 'mlo init' };
    return fromError('pipeline', error);
  }
}

function fromError(name: string, error: MloError): DoctorCheck {
  const [first] = error.problems;
  const where = first?.file === undefined ? '' : `${first.file}:${first.line ?? 1}:${first.column ?? 1}: `;
  return { name, status: 'fail', message: where + error.message, ...(error.hint === undefined ? {} : { fix: error.hint }) };
}
