import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { asIoError, withIoErrors } from '../fs/errno.ts';
import { acquireLock, type HeldLock } from '../fs/project-lock.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { findRoot } from './find-root.ts';
import { keepOutOfGit } from './keep-out-of-git.ts';
import { configFile, CONFIG_SCOPES, readConfigText, type ConfigScope } from './load-config.ts';
import type { AppContext } from './types.ts';

/** Without --wait, milliseconds. A holder writes one small file; that there are many in the same moment is no reason to refuse one. */
const MOMENT_MS = 10_000;

/** Reads the file of a scope, and writes what `edit` makes of it. */
export type EditConfig = (
  scope: ConfigScope,
  edit: (text: string, file: string) => string,
) => { readonly file: string; readonly changed: boolean };

/**
 * Lets `work` change the files of these scopes; nobody else changes them from its first look to its last. Not by the lock of the
 * project: a repro of hours holds that, worktrees share the local file, and that of the user is beside every project. Throws
 * MLO_CONFIG where there is no such file or its text is not understood, MLO_LOCKED, MLO_CACHE_IO.
 */
export async function withConfigEditor<T>(
  ctx: AppContext,
  scopes: readonly ConfigScope[],
  work: (edit: EditConfig) => Promise<T>,
): Promise<T> {
  const { parseConfigFile } = await import('../core/config/parse.ts');
  const held: HeldLock[] = [];
  try {
    // Always in the same order; two scopes may lead to one file.
    const places = CONFIG_SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => placeToWrite(ctx, scope));
    for (const place of new Set(places)) held.push(await lockPlace(ctx, place));
    return await work((scope, edit) => {
      const file = fileToWrite(ctx, scope);
      const before = readConfigText(file) ?? '';
      const { problems } = parseConfigFile(file, before);
      const [first] = problems;
      // An edit of a text that is not understood could destroy it.
      if (first !== undefined) throw new MloError('MLO_CONFIG', `${file} must be put right by hand first: ${first.message}`, { problems });
      const after = edit(before, file);
      const changed = after !== before;
      // Only the committed one may be read by others.
      const options = { durable: true, ...(scope === 'project' ? {} : { mode: 0o600 }) };
      if (changed) withIoErrors('write', file, () => writeFileAtomic(placeToWrite(ctx, scope), after, options));
      return { file, changed };
    });
  } finally {
    for (const lock of held) lock.release();
  }
}

async function lockPlace({ command, signal, waitMs = MOMENT_MS }: AppContext, place: string): Promise<HeldLock> {
  try {
    return await acquireLock(`${place}.lock`, { command, signal, waitMs, doing: `is changing ${place}` });
  } catch (error) {
    // A folder that takes no lock file takes no other one: what was to be written is what the user knows.
    if (error instanceof MloError && error.code === 'MLO_CACHE_IO') throw asIoError(error.cause, 'write', place);
    throw error;
  }
}

function fileToWrite(ctx: AppContext, scope: ConfigScope): string {
  const file = configFile(scope, scope === 'user' ? undefined : findRoot(ctx.cwd), ctx.env);
  if (file !== undefined) return file;
  throw new MloError('MLO_CONFIG', 'There is no place for the user configuration: neither XDG_CONFIG_HOME nor HOME is set', {
    hint: 'Set it for the project instead: leave out --user',
  });
}

/** Where a symlink leads, such as one into a repository of dotfiles: the file there is replaced, and the link stays. */
function placeToWrite(ctx: AppContext, scope: ConfigScope): string {
  const file = fileToWrite(ctx, scope);
  return withIoErrors('write', file, () => {
    // The local file may hold secrets.
    if (scope !== 'user') keepOutOfGit(dirname(file));
    if (existsSync(file)) return realpathSync(file);
    if (!isSymlink(file)) return file;
    // A link may have come by a clone: files are made by whoever wants them there.
    throw new MloError('MLO_CONFIG', `${file} is a symlink that leads to nothing: ${readlinkSync(file)}`, {
      hint: 'Make the file that it leads to, empty if need be, or delete the link',
      details: { path: file },
    });
  });
}

function isSymlink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
