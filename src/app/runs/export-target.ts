import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';
import { hashFile } from '../../fs/hash.ts';
import { makeFolder } from '../../fs/make-folder.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { writeAll } from '../../fs/write-atomic.ts';

/** Where an export goes: `write` is called for each piece of text. */
export type ExportTarget = { readonly write: (text: string) => Promise<void> } | { readonly path: string };

/** A file is meant, not a folder of files: by its ending, or since it is one. */
export function isFileTarget(cwd: string, path: string): boolean {
  if (path.endsWith('/')) return false;
  const found = statSync(resolve(cwd, path), { throwIfNoEntry: false });
  return found === undefined ? /\.(jsonl|json|csv)$/i.test(path) : found.isFile();
}

/** A text that lies beside its place and has no name there yet. */
export interface StagedText {
  readonly path: string;
  readonly temporary: string;
}

/** Writes the text beside `path`; memory for a piece at a time. Throws MLO_CACHE_IO. */
export async function stageText(path: string, pieces: AsyncIterable<string>): Promise<StagedText> {
  const temporary = join(dirname(path), temporaryName());
  try {
    makeFolder(dirname(path));
    const file = openSync(temporary, 'wx');
    try {
      for await (const piece of pieces) writeAll(file, Buffer.from(piece));
    } finally {
      closeSync(file);
    }
    return { path, temporary };
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Where it could not be made; what went wrong first is told.
    }
    throw asIoError(error, 'write', path);
  }
}

/**
 * Makes the texts durable together, which costs little more than one, and then gives each its name. A file that is there is an error, unless it
 * says the same or `force`. `changed` false: it said the same. Throws MLO_OUT_UNSAVED, MLO_CACHE_IO.
 */
export async function placeTexts(
  staged: readonly StagedText[],
  force: boolean,
): Promise<readonly { readonly path: string; readonly changed: boolean }[]> {
  const result: { path: string; changed: boolean }[] = [];
  try {
    for (const { path, temporary } of staged) {
      syncFile(temporary);
      const exists = existsSync(path);
      const changed = !exists || (await hashFile(path)).digest !== (await hashFile(temporary)).digest;
      if (exists && changed && !force) throw existsAlready([path]);
      result.push({ path, changed });
    }
    for (const [at, { path, temporary }] of staged.entries()) if (result[at]?.changed === true) renameSync(temporary, path);
    return result;
  } catch (error) {
    throw asIoError(error, 'write', staged[0]?.path ?? '');
  } finally {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const MOST_NAMED = 5;

export function existsAlready(paths: readonly string[]): MloError {
  const named = paths.slice(0, MOST_NAMED).map((path) => `'${path}'`);
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  return new MloError('MLO_OUT_UNSAVED', `${named.join(', ')}${more} would be overwritten.`, {
    hint: 'Write to another place with -o, or overwrite with --force',
    details: { paths },
  });
}
