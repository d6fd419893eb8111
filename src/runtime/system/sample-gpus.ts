import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { round, type Sample } from './sample-machine.ts';

const PROGRAM = 'nvidia-smi';
const FIELDS = ['index', 'memory.used', 'memory.total', 'utilization.gpu', 'power.draw', 'power.limit'];
/** A driver that hangs costs one sample. */
const LIMIT_MS = 5000;
/** nvidia-smi counts memory in MiB. */
const MEBIBYTE_IN_MEGABYTES = 1.048576;

/** Absolute path of nvidia-smi; undefined where the machine has none. */
export function findNvidia(path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, PROGRAM))
    .find(isExecutable);
}

/** Of all GPUs; empty where the program fails or says what is not understood. */
export async function sampleGpus(program: string): Promise<Sample> {
  const { execFile } = await import('node:child_process');
  const query = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'];
  const text = await new Promise<string>((resolve) => {
    const child = execFile(program, query, { timeout: LIMIT_MS, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
    // A run that has ended is not held up by a look at its GPUs.
    child.unref();
  });
  return parseGpus(text);
}

/** Lines of `FIELDS` with commas between; a value that a GPU does not tell is `[N/A]`. */
export function parseGpus(text: string): Sample {
  const values: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [index, used, total, busy, watts, limit] = line.split(',').map((field) => field.trim());
    if (index === undefined || !/^\d+$/.test(index)) continue;
    const name = `system/gpu_${index}`;
    put(values, `${name}_memory_usage_megabytes`, number(used) * MEBIBYTE_IN_MEGABYTES);
    put(values, `${name}_memory_usage_percentage`, (number(used) / number(total)) * 100);
    put(values, `${name}_utilization_percentage`, number(busy));
    put(values, `${name}_power_usage_watts`, number(watts));
    put(values, `${name}_power_usage_percentage`, (number(watts) / number(limit)) * 100);
  }
  return values;
}

function number(field: string | undefined): number {
  return field === undefined || !/^-?[\d.]+$/.test(field) ? Number.NaN : Number(field);
}

function put(values: Record<string, number>, name: string, value: number): void {
  if (Number.isFinite(value)) values[name] = round(value);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
