import { expect, it } from 'vitest';
import { codeOf, sourceFiles } from './sources.ts';

/** Started as processes or threads of their own: how they end is their interface. */
const ENTRY_POINTS = ['src/runtime/shell/spawn-helper.ts', 'src/runtime/module/worker-main.ts', 'src/runtime/module/process-main.ts'];

/** They run in a stage's worker, where stdout and stderr are the captured output of the stage, and `process.exit` is what they forbid. */
const IN_THE_WORKER = ['src/runtime/module/guard-process.ts', 'src/runtime/module/run-stage.ts'];

const exempt = new Set([...ENTRY_POINTS, ...IN_THE_WORKER]);
const quiet = sourceFiles('src/**/*.{ts,tsx}').filter(({ path }) => !/^src\/(cli|ui)\//.test(path) && !exempt.has(path));

it('prints only in cli and ui', () => {
  const printing = /\bconsole\.(?:log|error|warn|info|debug|table|dir)\s*\(|\bprocess\.std(?:out|err)\.write\b/;
  expect(quiet.filter((file) => printing.test(codeOf(file))).map(({ path }) => path)).toEqual([]);
});

it('ends the process only in cli and ui', () => {
  expect(quiet.filter((file) => /\bprocess\.(?:exit\b|exitCode\s*=)/.test(codeOf(file))).map(({ path }) => path)).toEqual([]);
});
