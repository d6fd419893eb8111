import { openSync, readSync } from 'node:fs';

/** What Linux counts processor time in for programs, milliseconds. */
const TICK_MS = 10;
/** Of /proc/self/stat, counted from the field after the name in parentheses. */
const CHILDREN_USER = 13;
const CHILDREN_SYSTEM = 14;
const LONGEST_STAT = 1024;

export interface ChildrenCpu {
  /**
   * Processor time of children that have ended since the last call, and of theirs, milliseconds; undefined where the system does not
   * tell. Of two that end at the same moment, the first gets the time of both.
   */
  since(): number | undefined;
}

/** Keeps the file open: it is read after every command, while the next one waits. */
export function childrenCpu(): ChildrenCpu {
  const file = openStat();
  const buffer = Buffer.alloc(LONGEST_STAT);
  let before = 0;
  return {
    since() {
      const now = file === undefined ? undefined : readTicks(file, buffer);
      if (now === undefined) return undefined;
      const ticks = now - before;
      before = now;
      return ticks * TICK_MS;
    },
  };
}

function openStat(): number | undefined {
  try {
    return openSync('/proc/self/stat', 'r');
  } catch {
    return undefined;
  }
}

function readTicks(file: number, buffer: Buffer): number | undefined {
  try {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM]);
  } catch {
    return undefined;
  }
}
