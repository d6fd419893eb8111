const FREE = 0;
const LOADING = 1;
const ENDING = 2;

/**
 * A thread that is ended while it loads a native library takes the whole process down with it. So a thread and mlo agree
 * through one shared number: either the thread loads, and mlo waits with ending it, or mlo ends it, and it loads nothing.
 */
export type LoadingGate = SharedArrayBuffer;

export function createLoadingGate(): LoadingGate {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The thread's side: runs `load`, unless this thread is about to be ended. */
export function loadBehind<Loaded>(gate: LoadingGate | undefined, load: () => Loaded): Loaded {
  if (gate === undefined) return load();
  const state = new Int32Array(gate);
  if (Atomics.compareExchange(state, 0, FREE, LOADING) !== FREE) throw new DOMException('mlo is ending this stage', 'AbortError');
  try {
    return load();
  } finally {
    Atomics.store(state, 0, FREE);
    Atomics.notify(state, 0);
  }
}

/** mlo's side: calls `end` at once where nothing is being loaded, else as soon as that is over. */
export function endWhenLoaded(gate: LoadingGate | undefined, end: () => void): void {
  if (gate === undefined || tryToEnd(gate)) return end();
  const { async, value } = Atomics.waitAsync(new Int32Array(gate), 0, LOADING);
  if (async) void value.then(() => endWhenLoaded(gate, end));
  else endWhenLoaded(gate, end);
}

/** For the last moment of the process: stands still until nothing is being loaded, `timeoutMs` at most. */
export function waitUntilLoaded(gate: LoadingGate, timeoutMs: number): void {
  if (!tryToEnd(gate)) Atomics.wait(new Int32Array(gate), 0, LOADING, timeoutMs);
}

function tryToEnd(gate: LoadingGate): boolean {
  return Atomics.compareExchange(new Int32Array(gate), 0, FREE, ENDING) !== LOADING;
}
