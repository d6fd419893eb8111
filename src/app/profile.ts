import { closeSync, existsSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { chromeTrace } from '../fs/chrome-trace.ts';
import { asIoError, isErrno } from '../fs/errno.ts';
import { addSpan, nowUs, startTracing, stopTracing, trace } from '../fs/trace.ts';

/** How a file begins that an earlier `--profile` wrote. */
const BEGINNING = '{"displayTimeUnit"';

/**
 * Does `work` and writes where the time of the process went, from its start, as a Chrome trace; also where the work fails. Throws
 * MLO_USAGE and MLO_CACHE_IO before the work where the file cannot be written; where it cannot be afterwards, that is a warning:
 * what the work came to has been told.
 */
export async function profiled<T>(
  { file, cwd, command }: { readonly file: string; readonly cwd: string; readonly command: string },
  work: () => Promise<T>,
  warn: (message: string) => Promise<void>,
): Promise<T> {
  const path = resolve(cwd, file);
  try {
    refuseOther(path, file);
    proveWritable(path);
  } catch (error) {
    throw asIoError(error, 'write the profile', file);
  }
  startTracing();
  const originUs = performance.timeOrigin * 1000;
  const bootedUs = originUs + performance.nodeTiming.bootstrapComplete * 1000;
  addSpan('start node', originUs, bootedUs);
  addSpan('load mlo', bootedUs, nowUs());
  try {
    return await trace(`mlo ${command}`, work);
  } finally {
    try {
      write(path, command);
    } catch (error) {
      await warn((asIoError(error, 'write the profile', file) as Error).message);
    }
  }
}

function write(path: string, command: string): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const used = { maxRssBytes: maxRSS * 1024, userUs: userCPUTime, systemUs: systemCPUTime };
  const text = JSON.stringify(chromeTrace(stopTracing(), process.pid, { command: `mlo ${command}`, node: process.version, ...used }));
  writeFileSync(path, `${text}\n`);
}

/** Leaves no file: one that came before the work could be taken for data or for a change of the code. */
function proveWritable(path: string): void {
  const isThere = existsSync(path);
  closeSync(openSync(path, isThere ? 'r+' : 'wx'));
  if (!isThere) rmSync(path);
}

/** `--profile=data.csv` must not cost the file. */
function refuseOther(path: string, file: string): void {
  const beginning = Buffer.alloc(BEGINNING.length);
  try {
    const opened = openSync(path, 'r');
    try {
      readSync(opened, beginning);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if (beginning.toString() === BEGINNING) return;
  throw new MloError('MLO_USAGE', `--profile=${file}: this file is there already, and it is not a profile`, {
    hint: 'Name another file, or move this one away',
    details: { path },
  });
}
