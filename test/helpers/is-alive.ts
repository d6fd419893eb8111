import { existsSync, readFileSync } from 'node:fs';

/** Whether a process can still do anything: a zombie that waits for its parent cannot. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}
