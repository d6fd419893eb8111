import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc/<pid>/stat, counted from the field after the name in parentheses. */
const SESSION = 3;

/**
 * Memory that the processes of a session have in use, bytes: a command of a stage is the leader of one. Undefined where it is not known (only
 * Linux tells it in files), or none of them is left.
 */
export function sessionMemory(leader: number): number | undefined {
  let bytes: number | undefined;
  for (const pid of processes()) {
    try {
      if (sessionOf(pid) === leader) bytes = (bytes ?? 0) + residentBytes(pid);
    } catch {
      // It has ended meanwhile, or is nobody's business.
    }
  }
  return bytes;
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function sessionOf(pid: string): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[SESSION]);
}

function residentBytes(pid: string): number {
  const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}
