import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const DIAMOND = `stages:
  A: {cmd: echo A > a, deps: [in], outs: [a]}
  B: {cmd: echo B > b, deps: [a], outs: [b]}
  C: {cmd: echo C > c, deps: [a], outs: [c]}
  D: {cmd: echo D > d, deps: [b, c], outs: [d]}
  E: {cmd: echo E > e, deps: [d], outs: [e]}
  other: {cmd: echo x > other, deps: [in2], outs: [other]}
`;

async function diamond(): Promise<TestProject> {
  const project = await createProjectHere({ 'dvc.yaml': DIAMOND, in: '', in2: '' });
  await repro(project);
  return project;
}

describe('what DVC users expect of targets and failures', () => {
  test('case 23: test_downstream – --downstream runs the target and all after it', async () => {
    const project = await diamond();
    const names = async (target: string): Promise<readonly string[]> =>
      (await repro(project, ['--force', '--downstream', target])).json.data?.stages.map((stage) => stage.name) ?? [];
    expect(await names('B')).toEqual(['B', 'D', 'E']);
    expect(await names('A')).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  test('case 24: test_repro_single_item_with_multiple_targets – only these, in the order given', async () => {
    const project = await diamond();
    const { json } = await repro(project, ['--force', '--single-item', 'E', 'A']);
    expect(json.data?.stages.map((stage) => [stage.name, stage.outcome])).toEqual([
      ['E', 'ran'],
      ['A', 'ran'],
    ]);
  });

  test('case 25: test_repro_force_downstream_do_not_force_independent_stages – after a change all descendants run, others not', async () => {
    const project = await diamond();
    await project.write({ in: 'changed' });
    expect((await repro(project, ['--force-downstream'])).outcomes).toEqual({
      A: 'ran',
      B: 'ran',
      C: 'ran',
      D: 'ran',
      E: 'ran',
      other: 'unchanged',
    });
  });

  const FAILING = `stages:
  a: {cmd: exit 3, outs: [a.out]}
  d: {cmd: cp a.out d.out, deps: [a.out], outs: [d.out]}
  independent: {cmd: echo i > i.out, outs: [i.out]}
`;

  test('a failing stage stops the rest, and the error names stage, command and exit code', async () => {
    const project = await createProjectHere({ 'dvc.yaml': FAILING });
    const { outcomes, result, json } = await repro(project);
    expect(result.code).toBe(1);
    expect(outcomes['a']).toBe('failed');
    expect(json.data?.stages[0]?.error?.message).toMatch(/exit.*3/);
    const human = await project.mlo(['repro']);
    expect(human.code).toBe(1);
    expect(human.stdout + human.stderr).toContain('exit 3');
  });

  test('case 26: test_repro_keep_going – with --keep-going independent stages run, dependants are blocked, the exit code is 1', async () => {
    const project = await createProjectHere({ 'dvc.yaml': FAILING });
    const { outcomes, result } = await repro(project, ['--keep-going']);
    expect(outcomes).toEqual({ a: 'failed', d: 'blocked', independent: 'ran' });
    expect(result.code).toBe(1);
  });

  test('case 27: test_repro_ignore_errors – with --ignore-errors dependants are tried and the exit code is 0', async () => {
    const project = await createProjectHere({ 'dvc.yaml': FAILING.replace('exit 3', 'echo half > a.out; exit 3') });
    const { outcomes, result } = await repro(project, ['--ignore-errors']);
    expect(outcomes).toEqual({ a: 'failed', d: 'ran', independent: 'ran' });
    expect(result.code).toBe(0);
  });

  test('case 28: test_repro_list_of_commands_raise_and_stops_after_failure – the third command does not run', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a:\n    cmd:\n      - echo 1 >> ran\n      - exit 3\n      - echo 3 >> ran\n',
    });
    const { json } = await repro(project);
    expect(await project.read('ran')).toBe('1\n');
    expect(json.data?.stages[0]?.error?.message).toContain('exit 3');
  });

  test('case 29: an unknown target is told, exit code 2', async () => {
    const project = await diamond();
    const { result, json } = await repro(project, ['nosuch']);
    expect(result.code).toBe(2);
    expect(json.error).toMatchObject({ code: 'MLO_TARGET' });
  });

  test('case 30: earlier finished stages stay in the lock; the old outs of the failed one are gone but in the cache', async () => {
    const project = await createProjectHere({
      'dvc.yaml': `stages:
  one: {cmd: cp in one, deps: [in], outs: [one]}
  two: {cmd: 'cp one two; test ! -e fail', deps: [one], outs: [two]}
`,
      in: '1',
    });
    await repro(project);
    await project.write({ in: '2', fail: '' });
    expect((await repro(project)).outcomes).toEqual({ one: 'ran', two: 'failed' });
    const status = JSON.parse((await project.mlo(['status', '--json'])).stdout) as { data: { stages: { name: string; state: string }[] } };
    expect(status.data.stages.map((stage) => [stage.name, stage.state])).toEqual([
      ['one', 'unchanged'],
      ['two', 'run'],
    ]);
    await project.write({ in: '1' });
    expect((await repro(project)).outcomes).toEqual({ one: 'restored', two: 'restored' });
    expect(await project.read('two')).toBe('1');
  });
});
