import { closeSync, createReadStream, createWriteStream, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import type { ErrorCode } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import type { ImportedRun } from '../../tracking/merge/types.ts';
import type { Tracking } from '../../tracking/types.ts';
import { withProject, type Project } from '../project.ts';
import { isUnreadable } from '../tracked/diff-nodes.ts';
import type { AppContext } from '../types.ts';
import { readLines } from './read-lines.ts';

export interface RunsImportOptions {
  /** Files, folders with `.jsonl` files, `-` for `input`. */
  readonly sources: readonly string[];
  readonly input: () => AsyncIterable<Uint8Array>;
  /** Also runs that were purged here. */
  readonly revive: boolean;
}

export interface RunsImportData {
  readonly runs: readonly (Pick<ImportedRun, 'id' | 'name' | 'outcome' | 'waitsFor'> & { readonly file: string })[];
  /** Params that have another value here: the one here stays. Canonical JSON. */
  readonly conflicts: readonly { readonly run: string; readonly key: string; readonly kept: string; readonly given: string }[];
  /** Artifacts whose bytes this cache does not have. */
  readonly missing: readonly { readonly run: string; readonly path: string; readonly digest: string; readonly size: number }[];
  /** What could not be taken in; nothing of that run was. */
  readonly failed: readonly {
    readonly file: string;
    readonly line?: number;
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string;
  }[];
}

/** Bytes that are read at a time. */
const PIECE = 64 * 1024;

interface SourceFile {
  /** As it is told. */
  readonly file: string;
  readonly open: () => AsyncIterable<Buffer>;
}

/** Merges exported runs into the store: each run whole or not at all, in any order, as often as one likes. */
export async function runsImport(ctx: AppContext, options: RunsImportOptions): Promise<RunsImportData> {
  return await withProject(ctx, async (project) => {
    const tracking = await project.tracking();
    const runs: (ImportedRun & { readonly file: string })[] = [];
    const failed: RunsImportData['failed'][number][] = [];
    for (const source of options.sources) {
      for await (const { file, open } of filesOf(project, source, options.input)) {
        try {
          for await (const run of importFile(tracking, open(), options.revive, ctx.signal)) runs.push({ ...run, file });
        } catch (error) {
          failed.push(faultOf(error, file));
        }
      }
    }
    const known = new Set(runs.map(({ id }) => id));
    return {
      runs: runs.map(({ id, name, outcome, waitsFor, file }) => ({
        id,
        name,
        outcome,
        file,
        ...(waitsFor === undefined || known.has(waitsFor) ? {} : { waitsFor }),
      })),
      conflicts: runs.flatMap(({ id, conflicts }) => conflicts.map((conflict) => ({ run: id, ...conflict }))),
      missing: await missingArtifacts(project, runs),
      failed,
    };
  });
}

async function* importFile(
  tracking: Tracking,
  source: AsyncIterable<Buffer>,
  revive: boolean,
  signal: AbortSignal,
): AsyncGenerator<ImportedRun> {
  const lines = readLines(source);
  let count = 0;
  try {
    for (;;) {
      const run = await tracking.exchange.importRun(lines, { revive, signal });
      if (run === undefined) break;
      count += 1;
      yield run;
    }
    if (count === 0) throw new MloError('MLO_FORMAT', 'the file is empty', { hint: 'Export the run again' });
  } finally {
    await lines.return(undefined);
  }
}

async function* filesOf(project: Project, source: string, input: () => AsyncIterable<Uint8Array>): AsyncGenerator<SourceFile> {
  if (source === '-') {
    yield* spooled(project, 'stdin', input());
    return;
  }
  const path = resolve(project.ctx.cwd, source);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new MloError('MLO_USAGE', `There is no file or folder '${source}'`, { hint: 'mlo runs export --all -o runs/' });
  if (!found.isDirectory()) {
    yield* fileAt(project, source, path);
    return;
  }
  const names = readdirSync(path)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();
  if (names.length === 0)
    throw new MloError('MLO_USAGE', `The folder '${source}' has no .jsonl files`, { hint: 'mlo runs export --all -o runs/' });
  for (const name of names) yield* fileAt(project, join(source, name), join(path, name));
}

async function* fileAt(project: Project, file: string, path: string): AsyncGenerator<SourceFile> {
  const open = () => createReadStream(path, { highWaterMark: PIECE });
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) yield* spooled(project, file, open());
  else yield { file, open };
}

/**
 * The database is not kept from others while a slow pipe is read: what comes goes to a file first. It has no name any more when the first byte is in
 * it, so that nothing is left of it however the command ends.
 */
async function* spooled(project: Project, name: string, input: AsyncIterable<Uint8Array>): AsyncGenerator<SourceFile> {
  const path = join(dirname(project.trackingPath), temporaryName());
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  try {
    await pipeline(Readable.from(input), createWriteStream('', { fd: file, autoClose: false })).catch((error: unknown) => {
      throw asIoError(error, 'copy', name);
    });
    yield { file: name, open: () => createReadStream('', { fd: file, start: 0, autoClose: false, highWaterMark: PIECE }) };
  } finally {
    closeSync(file);
  }
}

function faultOf(error: unknown, file: string): RunsImportData['failed'][number] {
  const known = asIoError(error, 'read', file);
  // Interrupted, a full disk: the next file would fare no better.
  if (!(known instanceof MloError) || (known.code !== 'MLO_FORMAT' && known.code !== 'MLO_FORMAT_VERSION')) throw known;
  const line = known.details['line'];
  const at = typeof line === 'number' ? { line } : {};
  return { file, ...at, code: known.code, message: known.message, ...(known.hint === undefined ? {} : { hint: known.hint }) };
}

/** A tree that cannot be read is not there. */
function isThere(cache: Cache, content: Content): boolean {
  try {
    return cache.has(content);
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

async function missingArtifacts(project: Project, runs: readonly ImportedRun[]): Promise<RunsImportData['missing']> {
  if (runs.every(({ artifacts }) => artifacts.length === 0)) return [];
  const cache = await project.cache();
  const known = new Map<string, boolean>();
  const has = (content: Content): boolean => {
    const key = `${content.kind} ${content.digest}`;
    let there = known.get(key);
    if (there === undefined) known.set(key, (there = isThere(cache, content)));
    return there;
  };
  return runs.flatMap(({ id, artifacts }) =>
    artifacts.flatMap(({ path, content }) => (has(content) ? [] : [{ run: id, path, digest: content.digest, size: content.size }])),
  );
}
