import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../helpers/index.ts';

let folder: string;
beforeEach(async () => void (folder = await temporaryFolder()));

/** A report of vitest: the statuses of the tests of each file. */
function report(name: string, files: { readonly [name: string]: readonly string[] }): string {
  const testResults = Object.entries(files).map(([file, statuses]) => ({
    name: file,
    status: statuses.every((status) => status === 'passed' || status === 'skipped') ? 'passed' : 'failed',
    assertionResults: statuses.map((status) => ({ status })),
  }));
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

function run(tool: string, ...args: readonly string[]): { readonly lines: readonly string[]; readonly code: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(new URL(`../../../tools/${tool}`, import.meta.url)), ...args], {
    encoding: 'utf8',
  });
  return { lines: stdout.split('\n').filter((line) => line !== ''), code: status };
}

describe('the last line of the gate', () => {
  it('counts tests', () => {
    expect(run('ci-summary.mjs', '0', '0', report('a', { a: ['passed', 'skipped'], b: ['passed'] }))).toEqual({
      lines: ['1 skipped', '2 passed, 0 failed'],
      code: 0,
    });
    expect(run('ci-summary.mjs', '0', '1', report('b', { a: ['passed', 'failed', 'failed'] }))).toEqual({
      lines: ['1 passed, 2 failed'],
      code: 1,
    });
  });

  it('fails for steps before the tests, errors outside of tests, files that do not load and reports that are missing', () => {
    const fine = report('fine', { a: ['passed'] });
    expect(run('ci-summary.mjs', '2', '0', fine).lines).toEqual(['1 passed, 2 failed']);
    expect(run('ci-summary.mjs', '0', '1', fine).lines).toEqual(['1 passed, 1 failed']);
    const broken = join(folder, 'broken');
    writeFileSync(broken, JSON.stringify({ testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] }));
    expect(run('ci-summary.mjs', '0', '1', fine, broken)).toEqual({ lines: ['0 passed, 1 failed'], code: 1 });
    expect(run('ci-summary.mjs', '0', '1', join(folder, 'nothing')).code).toBe(1);
    expect(run('ci-summary.mjs', '0', '0', join(folder, 'nothing')).code).toBe(1);
  });

  it('names files that were cut short, and takes their second result', () => {
    const first = report('first', { a: ['passed', 'pending'], b: ['passed'] });
    expect(run('ci-cut-short.mjs', first).lines).toEqual(['a']);
    expect(run('ci-summary.mjs', '0', '1', first)).toEqual({ lines: ['1 skipped', '2 passed, 1 failed'], code: 1 });
    const second = report('second', { a: ['passed', 'passed'] });
    expect(run('ci-cut-short.mjs', first, second).lines).toEqual([]);
    expect(run('ci-summary.mjs', '0', '0', first, second)).toEqual({ lines: ['3 passed, 0 failed'], code: 0 });
    const again = report('again', { a: ['failed', 'passed'] });
    expect(run('ci-summary.mjs', '0', '1', first, again).code).toBe(1);
  });
});
