import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '../../core/content.ts';
import { toBytePath } from '../../fs/byte-path.ts';
import { isErrno } from '../../fs/errno.ts';
import { hashFile } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { JobPool } from '../workers/pool.ts';
import { runCheck, type CheckJob } from './check-jobs.ts';
import { brokenFile } from './check-loose.ts';
import { NOTHING_FOUND, type CheckResult } from './damage.ts';

/** Loose objects from here on are streamed by this thread, which stays awake for Ctrl-C meanwhile. */
const STREAMED_BYTES = 32 * 1024 * 1024;
/** Smaller ones are given to a thread so many bytes at a time. */
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCH_FILES = 512;
/** Jobs are handed out as they are done, so that a list of millions is never one of promises. */
const JOBS_AT_ONCE = 32;

export interface FilesToRead {
  readonly packs: readonly { readonly path: string; readonly bytes: number }[];
  readonly segments: readonly { readonly path: string; readonly bytes: number }[];
  readonly looseFolder: string;
  readonly loose: readonly { readonly digest: Digest; readonly path: string; readonly bytes: number }[];
}

export interface ReadOptions {
  readonly cacheDir: string;
  readonly root: string;
  /** Called with bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Reads every byte of the store, on all cores, in bounded memory, and returns what is wrong. Throws MLO_INTERRUPTED. */
export async function readEverything(files: FilesToRead, options: ReadOptions): Promise<CheckResult> {
  const { onProgress, signal } = options;
  const pool = checkPool(options);
  const results: CheckResult[] = [];
  let done = 0;
  const progress = (bytes: number): void => onProgress?.((done += bytes));
  const jobs = jobsFor(files);
  const lane = async (): Promise<void> => {
    for (let next = jobs.next(); next.done !== true; next = jobs.next()) {
      throwIfInterrupted(signal);
      const result = await pool.run(next.value);
      results.push(result);
      progress(result.bytes);
    }
  };
  const streams = async (): Promise<void> => {
    for (const file of files.loose) if (file.bytes >= STREAMED_BYTES) results.push(await streamLoose(file, progress, signal));
  };
  try {
    await Promise.race([Promise.all([streams(), ...Array.from({ length: JOBS_AT_ONCE }, lane)]), interruption(signal)]);
  } finally {
    pool.close();
  }
  return results.reduce(together, NOTHING_FOUND);
}

function together(a: CheckResult, b: CheckResult): CheckResult {
  return {
    bytes: a.bytes + b.bytes,
    objects: a.objects + b.objects,
    runs: a.runs + b.runs,
    damages: b.damages.length === 0 ? a.damages : [...a.damages, ...b.damages],
  };
}

function checkPool({ cacheDir, root }: ReadOptions): JobPool {
  return new JobPool({
    runHere: ((job: CheckJob) => runCheck(job)) as JobPoolOptions['runHere'],
    setup: () => ({ cacheDir, root: toBytePath(root), link: ['copy'], index: new SharedArrayBuffer(0), clockOffsetMs: 0, ignores: false }),
  });
}

type JobPoolOptions = ConstructorParameters<typeof JobPool>[0];

function* jobsFor(files: FilesToRead): Generator<CheckJob> {
  // The longest ones first: the last job decides when all is done.
  for (const { path } of files.packs.toSorted((a, b) => b.bytes - a.bytes)) yield { kind: 'check-pack', path };
  for (const { path } of files.segments.toSorted((a, b) => b.bytes - a.bytes)) yield { kind: 'check-segment', path };
  let digests: Digest[] = [];
  let bytes = 0;
  for (const file of files.loose) {
    if (file.bytes >= STREAMED_BYTES) continue;
    digests.push(file.digest);
    bytes += file.bytes;
    if (bytes < BATCH_BYTES && digests.length < BATCH_FILES) continue;
    yield { kind: 'check-loose', folder: files.looseFolder, digests };
    digests = [];
    bytes = 0;
  }
  if (digests.length > 0) yield { kind: 'check-loose', folder: files.looseFolder, digests };
}

async function streamLoose(
  { digest, path }: FilesToRead['loose'][number],
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<CheckResult> {
  try {
    const read = await hashFile(path, { onBytes, ...(signal === undefined ? {} : { signal }) });
    return { bytes: read.size, objects: 1, runs: 0, damages: read.digest === digest ? [] : [brokenFile(path, digest)] };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return NOTHING_FOUND;
    if (!isErrno(error)) throw error;
    return { bytes: 0, objects: 1, runs: 0, damages: [{ kind: 'object', file: path, digest, why: `cannot be read: ${error.message}` }] };
  }
}

async function interruption(signal: AbortSignal | undefined): Promise<never> {
  for (;;) {
    await delay(50, undefined, { ref: false });
    throwIfInterrupted(signal);
  }
}
