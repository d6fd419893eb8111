import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

interface Line {
  readonly suite: string;
  readonly tried: number;
  readonly survived: number;
}

/** Gives the suites of faults a file to write to, and prints at the end what was tried and survived (`test/faults/lib/tally.ts`). */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-faults-'));
  const file = join(folder, 'tally');
  project.provide('faultFile', file);
  return () => {
    const lines = readLines(file);
    rmSync(folder, { recursive: true, force: true });
    if (lines.length > 0) process.stdout.write(`\n${table(lines)}\n`);
  };
}

function readLines(file: string): readonly Line[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function table(lines: readonly Line[]): string {
  const suites = [...Map.groupBy(lines, ({ suite }) => suite)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = suites.map(([suite, each]) => [suite, sum(each, 'tried'), sum(each, 'survived')] as const);
  const all = [...rows, ['all', sum(lines, 'tried'), sum(lines, 'survived')] as const];
  const width = Math.max(...all.map(([suite]) => suite.length));
  return ['Faults: tried / survived', ...all.map(([suite, tried, survived]) => `  ${suite.padEnd(width)}  ${tried} / ${survived}`)].join(
    '\n',
  );
}

function sum(lines: readonly Line[], key: 'tried' | 'survived'): number {
  return lines.reduce((total, line) => total + line[key], 0);
}
