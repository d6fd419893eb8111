import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';

/** The last of `stdio` in process-link.ts, at its end as soon as mlo is: mlo holds the other side and never writes to it. */
const LIFELINE = 4;

/**
 * From here on this process ends with mlo, and its group with it, whatever it does: a module that computes never gets to
 * know that mlo was killed, and would go on writing its outs beside the next attempt. A shell waits for that (4 ms, 1.7 MB)
 * rather than a thread (45 ms, 17 MB).
 */
export function endWithMlo(): void {
  const watcher = spawn('/bin/sh', ['-c', "trap '' HUP INT TERM; read -r line; kill -KILL 0"], {
    cwd: '/',
    env: {},
    stdio: [LIFELINE, 'ignore', 'ignore'],
  });
  watcher.unref();
  closeSync(LIFELINE);
}
