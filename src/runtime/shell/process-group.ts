import { readdirSync, readFileSync } from 'node:fs';

/** Signals every member of a process group; false when there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return false;
    // macOS says EPERM for a group of which only zombies are left.
    if (code === 'EPERM') return false;
    throw error;
  }
}

/**
 * Whether a process of the group still runs. A container whose first process never reaps keeps dead
 * members as zombies, which `kill` cannot tell from living ones; /proc can.
 */
export function groupRuns(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isLivingMember(entry, group));
}

function isLivingMember(pid: string, group: number): boolean {
  const stat = readStat(pid);
  if (stat === undefined) return false;
  // pid (name) state ppid pgrp ...; the name may itself hold spaces and parentheses.
  const [state, , memberOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(memberOf) === group && state !== 'Z' && state !== 'X';
}

function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
