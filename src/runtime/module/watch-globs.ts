import fs, { type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

type Match = string | Dirent;
type Call = (...args: unknown[]) => unknown;

interface GlobOptions {
  readonly cwd?: string | URL;
}

/**
 * `fs.glob` in its three forms, where this Node has them: `note` gets the absolute path of every match.
 * Whoever wraps `readdir` also sees which folders they look into.
 */
export function watchGlobs(note: (path: string) => void): void {
  const { glob, globSync } = fs as unknown as { readonly glob?: Call; readonly globSync?: Call };
  const promised = (fs.promises as unknown as { readonly glob?: Call }).glob;
  const noteAll = (matches: readonly Match[], options: unknown): void => matches.forEach((match) => note(pathOf(match, options)));

  if (globSync !== undefined) {
    replace(fs, 'globSync', globSync, (pattern, options) => {
      const matches = Reflect.apply(globSync, fs, [pattern, options]) as readonly Match[];
      noteAll(matches, options);
      return matches;
    });
  }
  if (glob !== undefined) {
    replace(fs, 'glob', glob, (...args) => {
      const done = args.at(-1);
      if (typeof done !== 'function') return Reflect.apply(glob, fs, args);
      const options = args.length > 2 ? args[1] : undefined;
      return Reflect.apply(glob, fs, [
        ...args.slice(0, -1),
        (error: unknown, matches: readonly Match[] | undefined) => {
          noteAll(matches ?? [], options);
          (done as Call)(error, matches);
        },
      ]);
    });
  }
  if (promised !== undefined) {
    replace(fs.promises, 'glob', promised, async function* (pattern, options) {
      for await (const match of Reflect.apply(promised, fs.promises, [pattern, options]) as AsyncIterable<Match>) {
        note(pathOf(match, options));
        yield match;
      }
    });
  }
}

function replace(functions: object, name: string, original: Call, watched: Call): void {
  Object.assign(functions, { [name]: Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original)) });
}

function pathOf(match: Match, options: unknown): string {
  if (typeof match !== 'string') return join(match.parentPath, match.name);
  const { cwd = '.' } = (options ?? {}) as GlobOptions;
  return resolve(cwd instanceof URL ? fileURLToPath(cwd) : cwd, match);
}
