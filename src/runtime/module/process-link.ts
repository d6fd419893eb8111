import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { entryPoint } from '../../fs/entry-point.ts';
import { drained } from '../shell/drain.ts';
import { missingMemory } from './missing-memory.ts';
import type { FromStage } from './protocol.ts';
import type { StageLink } from './stage-link.ts';

const LAST_WORDS = 4096;

export interface ProcessOptions {
  readonly root: string;
  readonly env: { readonly [name: string]: string };
}

/** Starts a child in a process group of its own, so that Ctrl-C reaches mlo alone and its children end with it. */
export function startProcess({ root, env }: ProcessOptions): StageLink {
  const child = fork(fileURLToPath(entryPoint('stage-process')), [], {
    cwd: root,
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // The last one is never written to: by its end the child knows that mlo is gone (lifeline.ts).
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    serialization: 'advanced',
    detached: true,
  });
  return {
    // A child that has ended meanwhile says so by its end.
    post: (message) => void child.send(message, () => {}),
    kill: () => killGroup(child.pid),
    listen({ onMessage, onBytes, onEnd }) {
      let lastWords = '';
      let failed: unknown;
      let pieces = 0;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.on('message', (message: FromStage) => onMessage(message));
      child.stdout?.on('data', (bytes: Buffer) => {
        pieces += 1;
        onBytes('stdout', bytes);
      });
      child.stderr?.on('data', (bytes: Buffer) => {
        pieces += 1;
        lastWords = (lastWords + bytes.toString('latin1')).slice(-LAST_WORDS);
        onBytes('stderr', bytes);
      });
      child.on('error', (error) => (failed ??= error));
      child.on('exit', () => {
        killGroup(child.pid);
        // What left the group may hold the streams for ever.
        void drained(closed, () => pieces).then(() => child.stdio.forEach((stream) => stream?.destroy()));
      });
      child.on('close', (code, signal) => {
        if (failed !== undefined) onEnd({ kind: 'error', error: failed });
        else {
          const of = isAbort(signal) ? missingMemory(lastWords) : undefined;
          onEnd(of === undefined ? { kind: 'exit', code, signal } : { kind: 'out-of-memory', of });
        }
      });
    },
  };
}

/** V8 ends itself by either. */
function isAbort(signal: string | null): boolean {
  return signal === 'SIGABRT' || signal === 'SIGTRAP';
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: all have ended; EPERM: macOS's word for a group of zombies.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
