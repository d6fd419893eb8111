import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AppContext } from '../types.ts';
import { artifactsGet } from './get.ts';

export interface ArtifactsOpenData {
  /** Of the copy, absolute. */
  readonly path: string;
  /** Whether a program was asked to show it. */
  readonly opened: boolean;
}

/** Hands a verified copy of an artifact to the desktop; where there is none, or it has no program for that, only its path is known. */
export async function artifactsOpen(
  ctx: AppContext,
  { run, path }: { readonly run: string; readonly path: string },
): Promise<ArtifactsOpenData> {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-open-'));
  const { to } = await artifactsGet(ctx, { run, path, target: `${folder}/`, force: true });
  const shown = to ?? folder;
  const program = programOf(ctx.env);
  return { path: shown, opened: program !== undefined && (await started(program, shown)) };
}

/** Undefined where there is no desktop to show anything on. */
function programOf(env: AppContext['env']): string | undefined {
  if (process.platform === 'darwin') return 'open';
  if (process.platform !== 'linux') return undefined;
  const isDesktop = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((value) => value !== undefined && value !== '');
  return isDesktop ? 'xdg-open' : undefined;
}

async function started(program: string, path: string): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  return await new Promise((resolve) => {
    const child = spawn(program, [path], { cwd: dirname(path), stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
