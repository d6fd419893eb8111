import { readFileSync, statfsSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';

/** Values by MLflow's names, which begin with `system/`; megabytes are 10^6 bytes. */
export type Sample = { readonly [name: string]: number };

const MEGABYTE = 1e6;

/** Processor time of all cores since the machine started, milliseconds. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

export function readCpuTimes(): CpuTimes {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    busy += used;
    total += used + times.idle;
  }
  return { busy, total };
}

/** Of the whole machine. `since`: what the processors are measured against; `root`: a path on the disk that counts; `runBytes`: memory of the run itself. */
export function sampleMachine(since: CpuTimes, now: CpuTimes, root: string, runBytes: number | undefined): Sample {
  const memory = totalmem();
  const used = memory - freemem();
  return {
    ...(now.total > since.total
      ? { 'system/cpu_utilization_percentage': round(((now.busy - since.busy) / (now.total - since.total)) * 100) }
      : {}),
    'system/system_memory_usage_megabytes': round(used / MEGABYTE),
    'system/system_memory_usage_percentage': round((used / memory) * 100),
    ...(runBytes === undefined ? {} : { 'system/process_memory_usage_megabytes': round(runBytes / MEGABYTE) }),
    ...sampleDisk(root),
    ...sampleNetwork(),
  };
}

function sampleDisk(root: string): Sample {
  const { blocks, bfree, bavail, bsize } = statfsSync(root);
  const used = (blocks - bfree) * bsize;
  return {
    'system/disk_usage_megabytes': round(used / MEGABYTE),
    'system/disk_usage_percentage': round((used / (used + bavail * bsize)) * 100),
    'system/disk_available_megabytes': round((bavail * bsize) / MEGABYTE),
  };
}

/** Since the machine started, without its talk with itself; only Linux tells it in a file. */
function sampleNetwork(): Sample {
  let text: string;
  try {
    text = readFileSync('/proc/net/dev', 'utf8');
  } catch {
    return {};
  }
  let received = 0;
  let sent = 0;
  for (const line of text.split('\n')) {
    const [, name, numbers] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (numbers === undefined || name === 'lo') continue;
    const columns = numbers.split(/\s+/).map(Number);
    received += columns[0] ?? 0;
    sent += columns[8] ?? 0;
  }
  return { 'system/network_receive_megabytes': round(received / MEGABYTE), 'system/network_transmit_megabytes': round(sent / MEGABYTE) };
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
