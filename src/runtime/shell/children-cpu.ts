import { readFileSync } from 'node:fs';

/** What Linux counts processor time in for programs, milliseconds. */
const TICK_MS = 10;
/** Of /proc/self/stat, counted from the field after the name in parentheses. */
const CHILDREN_USER = 13;
const CHILDREN_SYSTEM = 14;

export interface ChildrenCpu {
  /**
   * Processor time of children that have ended since the last call, and of theirs, milliseconds; undefined where the system does not
   * tell. Of two that end at the same moment, the first gets the time of both.
   */
  since(): number | undefined;
}

export function childrenCpu(): ChildrenCpu {
  let before = 0;
  return {
    since() {
      const now = readTicks();
      if (now === undefined) return undefined;
      const ticks = now - before;
      before = now;
      return ticks * TICK_MS;
    },
  };
}

function readTicks(): number | undefined {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM]);
  } catch {
    return undefined;
  }
}
