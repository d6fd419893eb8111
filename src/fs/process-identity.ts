import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process, beyond doubt where /proc is there: process ids are used again, so the start time
 * (clock ticks since boot), the boot and the pid namespace belong to it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  readonly startTicks?: string;
  readonly boot?: string;
  readonly pidNamespace?: string;
}

export function ownIdentity(): ProcessIdentity {
  return (own ??= {
    pid: process.pid,
    host: hostname(),
    ...given('startTicks', startTicksOf(process.pid)),
    ...given(
      'boot',
      readOrNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    ),
    ...given(
      'pidNamespace',
      readOrNothing(() => readlinkSync('/proc/self/ns/pid')),
    ),
  });
}

/** True only where it is certain: another host or another container's process counts as alive. */
export function isGone(identity: ProcessIdentity): boolean {
  const self = ownIdentity();
  if (identity.host !== self.host) return false;
  if (identity.boot !== undefined && self.boot !== undefined && identity.boot !== self.boot) return true;
  if (identity.pidNamespace !== self.pidNamespace) return false;
  if (!isRunning(identity.pid)) return true;
  const ticks = identity.startTicks === undefined ? undefined : startTicksOf(identity.pid);
  return ticks !== undefined && ticks !== identity.startTicks;
}

export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host } = value as { pid?: unknown; host?: unknown };
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string';
}

let own: ProcessIdentity | undefined;

/** A zombie is gone: where nobody waits for it (many containers), it stays listed for ever. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  const state = statFieldsOf(pid)?.[0];
  return state !== 'Z' && state !== 'X';
}

/** Field 22 of /proc/<pid>/stat. */
function startTicksOf(pid: number): string | undefined {
  return statFieldsOf(pid)?.[19];
}

/** From field 3 (the state) on; field 2, the program's name in parentheses, may hold blanks and parentheses. */
function statFieldsOf(pid: number): readonly string[] | undefined {
  const text = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOrNothing(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return undefined;
    throw error;
  }
}

function given(key: string, value: string | undefined): { [key: string]: string } {
  return value === undefined ? {} : { [key]: value };
}
