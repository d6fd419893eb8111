import { accessSync, constants, readlinkSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

interface Place {
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
}

/** More steps are a circle. */
const MOST_LINKS = 8;

/**
 * All that `name` may mean, the program that a shell would run first: each program of that name in PATH, and behind it what its symlinks lead
 * to. The first may be a shim that finds nothing to run, and a link to the Python of a virtual environment does not see its packages, as its target does.
 */
export function programsNamed(name: string, { env, cwd }: Place): readonly string[] {
  const inPath = name.includes('/') ? [resolve(cwd, name)] : foldersOf(env['PATH']).map((folder) => resolve(cwd, folder, name));
  return [...new Set(inPath.filter(isProgram).flatMap(withTargets))];
}

function foldersOf(path = ''): readonly string[] {
  return path.split(delimiter).map((folder) => (folder === '' ? '.' : folder));
}

function withTargets(program: string): readonly string[] {
  const chain = [program];
  try {
    // A folder on the way may be a link as well: what lies in it is the same program.
    for (let step = program; chain.length < MOST_LINKS; chain.push(step)) {
      const target = readlinkSync(step);
      step = isAbsolute(target) ? target : join(realpathSync(dirname(step)), target);
    }
  } catch {
    // No link any more.
  }
  return chain;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
