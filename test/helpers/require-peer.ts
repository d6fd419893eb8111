import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { skipTest } from './skip.ts';

/**
 * The path of a program that only some machines have (`strace`, `dvc`, `python3`).
 * Without it the test is skipped, and fails where `MLO_CI=1` says that everything must run.
 */
export function requirePeer(name: string): string {
  const found = findProgram(name);
  if (found !== undefined) return found;
  const reason = `${name} is not installed`;
  if (process.env['MLO_CI'] === '1') throw new Error(`${reason}, and MLO_CI=1 does not skip`);
  return skipTest(reason);
}

export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
