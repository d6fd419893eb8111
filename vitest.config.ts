import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { 'mlo-cli': fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // Native packages (SQLite, sharp) live in processes, not in worker threads that vitest ends at will.
    pool: 'forks',
    // Where the processor has memory protection keys, V8 aborts now and then (`jit_page.has_value()`) when a worker thread ends while
    // another thread compiles; the tests end thousands of them.
    execArgv: ['--no-memory-protection-keys'],
    globalSetup: ['test/helpers/build-once.ts', 'test/helpers/fault-summary.ts'],
    setupFiles: ['test/helpers/after-each-test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 5_000,
  },
});
