import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../fs/entry-point.ts';
import { endWhenLoaded, waitUntilLoaded, type LoadingGate } from './loading-gate.ts';
import type { FromStage } from './protocol.ts';
import type { LinkEnd, StageLink } from './stage-link.ts';

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/** How long the end of the process waits for a thread that is loading native code. */
const LOAD_MS = 10_000;

let warm: Worker | undefined;

/** Of threads at work. */
const gates = new Set<LoadingGate>();

/** Whatever ends the process ends its threads. */
function guardExit(): void {
  for (const gate of gates) waitUntilLoaded(gate, LOAD_MS);
}

/**
 * Starts a thread for a stage to come, so that it is up when that stage is due: worth the call while
 * another stage runs. Keeps nothing alive; a second call does nothing.
 */
export function warmWorker(): void {
  if (warm !== undefined) return;
  const worker = startWorker();
  worker.unref();
  const forget = (): void => {
    if (warm === worker) warm = undefined;
  };
  worker.once('error', forget);
  worker.once('exit', forget);
  warm = worker;
}

/** Ends a thread that waits for a stage which will not come. */
export async function discardWarmWorker(): Promise<void> {
  const worker = warm;
  warm = undefined;
  await worker?.terminate();
}

export function startThread(gate: LoadingGate): StageLink {
  const worker = takeWorker();
  if (process.listeners('exit').includes(guardExit) === false) process.on('exit', guardExit);
  gates.add(gate);
  return {
    post: (message) => worker.postMessage(message),
    kill: () => endWhenLoaded(gate, () => void worker.terminate()),
    listen({ onMessage, onBytes, onEnd }) {
      let failed: LinkEnd | undefined;
      worker.on('message', (message: FromStage) => onMessage(message));
      worker.stdout.on('data', (bytes: Uint8Array) => onBytes('stdout', bytes));
      worker.stderr.on('data', (bytes: Uint8Array) => onBytes('stderr', bytes));
      worker.on('error', (error) => {
        failed ??=
          (error as NodeJS.ErrnoException).code === OUT_OF_MEMORY ? { kind: 'out-of-memory', of: 'heap' } : { kind: 'error', error };
      });
      worker.on('exit', () => gates.delete(gate));
      worker.on('exit', (code) => onEnd(failed ?? { kind: 'exit', code, signal: null }));
    },
  };
}

function takeWorker(): Worker {
  if (warm === undefined) return startWorker();
  const worker = warm;
  warm = undefined;
  worker.removeAllListeners('error').removeAllListeners('exit');
  worker.ref();
  return worker;
}

function startWorker(): Worker {
  return new Worker(entryPoint('stage-worker'), {
    // Not those of mlo itself: flags of a test runner or a debugger are not the stage's.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdout: true,
    stderr: true,
  });
}
