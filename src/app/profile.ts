import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { chromeTrace } from '../fs/chrome-trace.ts';
import { asIoError } from '../fs/errno.ts';
import { addSpan, nowUs, startTracing, stopTracing, trace } from '../fs/trace.ts';

/** How a file begins that an earlier `--profile` wrote. */
const BEGINNING = '{"displayTimeUnit"';

/** Does `work` and writes where the time of the process went, from its start, as a Chrome trace; also where the work fails. */
export async function profiled<T>(file: string, cwd: string, command: string, work: () => Promise<T>): Promise<T> {
  const path = resolve(cwd, file);
  refuseOther(path, file);
  startTracing();
  const originUs = performance.timeOrigin * 1000;
  const bootedUs = originUs + performance.nodeTiming.bootstrapComplete * 1000;
  addSpan('start node', originUs, bootedUs);
  addSpan('load mlo', bootedUs, nowUs());
  try {
    return await trace(`mlo ${command}`, work);
  } finally {
    write(path, file, command);
  }
}

function write(path: string, file: string, command: string): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const used = { maxRssBytes: maxRSS * 1024, userUs: userCPUTime, systemUs: systemCPUTime };
  const text = JSON.stringify(chromeTrace(stopTracing(), process.pid, { command: `mlo ${command}`, node: process.version, ...used }));
  try {
    writeFileSync(path, `${text}\n`);
  } catch (error) {
    throw asIoError(error, 'write the profile', file);
  }
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw asIoError(error, 'write the profile', file);
  }
  if (beginning.toString() === BEGINNING) return;
  throw new MloError('MLO_USAGE', `--profile=${file}: this file is there already, and it is not a profile`, {
    hint: 'Name another file, or move this one away',
    details: { path },
  });
}
