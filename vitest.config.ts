import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.ts';

/** Threads that tests start come from the bundle. */
const bundledEntryPoints = {
  name: 'bundled-entry-points',
  enforce: 'pre' as const,
  transform: (code: string, id: string) =>
    id.endsWith('/src/fs/entry-point.ts')
      ? `${code.replace('export function entryPoint(', 'function sourceEntryPoint(')}
        import { bundledEntryPoint } from '/test/helpers/built-entry-point.ts';
        export const entryPoint = (name: EntryPointName): URL => bundledEntryPoint(name) ?? sourceEntryPoint(name);`
      : undefined,
};

/** Their files run one after the other in the same processes: a third of their work is to start one and load `src` anew. The others start programs, load native code or measure memory. */
const SHARING_PROCESSES = ['unit', 'ui', 'architecture'].map((folder) => `test/${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  plugins: [bundledEntryPoints],
  resolve: {
    alias: [
      { find: /^mlo-cli$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^mlo-cli\/(\w+)$/, replacement: fileURLToPath(new URL('src/$1.ts', import.meta.url)) },
    ],
  },
  test: {
    // Native packages (SQLite, sharp) live in processes, not in worker threads that vitest ends at will.
    pool: 'forks',
    // One more than there are cores: tests wait a fourth of their time for disks and servers. By itself vitest leaves a core free.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // V8 aborts now and then (`jit_page.has_value()` in `Runtime_TierUpWasmToJSWrapper`, with or without protection keys) where threads that
    // loaded modules by WebAssembly's help end by the thousands, as in the tests of faults: without tiering up there is nothing to free.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
    // What drivers of tests load of `src` is stripped of its types once, not at every start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('dist/.compile-cache', import.meta.url)) },
    globalSetup: ['test/helpers/build-once.ts', 'test/helpers/fault-summary.ts'],
    setupFiles: [
      'test/helpers/after-each-test.ts',
      ...(process.env['NODE_V8_COVERAGE'] === undefined ? [] : ['test/helpers/takes-coverage.ts']),
    ],
    // Generous: a machine with other work may be many times slower, and no test judges by the clock.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
    teardownTimeout: 5_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.{ts,tsx}'], exclude: SHARING_PROCESSES } },
      {
        extends: true,
        test: { name: 'sharing', include: SHARING_PROCESSES, isolate: false, setupFiles: ['test/helpers/leaves-process-as-it-was.ts'] },
      },
    ],
  },
});
