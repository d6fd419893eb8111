import { spawn } from 'node:child_process';
import type { AppContext } from '../types.ts';

const OPENERS: { readonly [platform: string]: readonly [program: string, ...args: string[]] } = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Shows a file with the program that the desktop has for it; where there is none a warning says so. */
export async function openFile(ctx: AppContext, path: string): Promise<void> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  await new Promise<void>((resolve) => {
    const child = spawn(program as string, [...args, path], { stdio: 'ignore', detached: true, env: ctx.env as NodeJS.ProcessEnv });
    child.once('error', () => {
      ctx.emit({ type: 'warning', message: `'${program}' cannot be started, so '${path}' was not opened` });
      resolve();
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
