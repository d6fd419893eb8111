import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createLoadingGate, endWhenLoaded, loadBehind, waitUntilLoaded } from '../../../src/runtime/module/loading-gate.ts';

describe('the gate between loading native code and ending its thread', () => {
  it('lets a thread be ended at once while nothing is loaded, and loads nothing after that', () => {
    const gate = createLoadingGate();
    let ended = 0;
    endWhenLoaded(gate, () => (ended += 1));
    expect(ended).toBe(1);
    expect(() => loadBehind(gate, () => expect.unreachable())).toThrow('mlo is ending this stage');
  });

  it('ends it after what is being loaded, also where that fails', async () => {
    for (const load of [() => 'loaded', () => expect.unreachable()]) {
      const gate = createLoadingGate();
      let ended = false;
      try {
        loadBehind(gate, () => {
          endWhenLoaded(gate, () => (ended = true));
          expect(ended).toBe(false);
          return load();
        });
      } catch {
        // What failed was the loading.
      }
      await expect.poll(() => ended).toBe(true);
      expect(() => loadBehind(gate, load)).toThrow('mlo is ending this stage');
    }
  });

  it('can be used again and again by a thread that lives on', () => {
    const gate = createLoadingGate();
    expect([loadBehind(gate, () => 1), loadBehind(gate, () => 2), loadBehind(undefined, () => 3)]).toEqual([1, 2, 3]);
  });

  it('holds up the end of the process for a thread that is loading, and no longer', async () => {
    const gate = createLoadingGate();
    const done = new SharedArrayBuffer(4);
    const code = `const { workerData: { gate, done }, parentPort } = require('node:worker_threads');
      const state = new Int32Array(gate);
      Atomics.store(state, 0, 1);
      parentPort.postMessage('loading');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      Atomics.store(new Int32Array(done), 0, 1);
      Atomics.store(state, 0, 0);
      Atomics.notify(state, 0);`;
    const worker = new Worker(code, { eval: true, workerData: { gate, done } });
    await new Promise((resolve) => worker.once('message', resolve));
    waitUntilLoaded(gate, 30_000);
    expect(Atomics.load(new Int32Array(done), 0)).toBe(1);
    await worker.terminate();
    await setImmediate();
  });
});
