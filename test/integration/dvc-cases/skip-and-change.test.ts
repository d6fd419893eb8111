import { link } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const CHAIN = `stages:
  a:
    cmd: cat in.txt > a.out && echo a >> ran.txt
    deps: [in.txt]
    params: [lr]
    outs: [a.out]
  b:
    cmd: tr a-z A-Z < a.out > b.out && echo b >> ran.txt
    deps: [a.out]
    outs: [b.out]
`;

async function chain(): Promise<TestProject> {
  return await createProjectHere({ 'dvc.yaml': CHAIN, 'params.yaml': 'lr: 0.1\nother: 1\n', 'in.txt': 'text\n', '.mlo/config.yaml': '' });
}

async function ran(project: TestProject): Promise<string> {
  return project.exists('ran.txt') ? (await project.read('ran.txt')).replaceAll('\n', '') : '';
}

describe('what DVC users expect of skipping and of changes', () => {
  test('case 1: test_repro_up_to_date – an unchanged pipeline runs nothing and says so', async () => {
    const project = await chain();
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'ran' });
    const again = await project.mlo(['repro']);
    expect(again.code).toBe(0);
    expect(again.stdout + again.stderr).toMatch(/unchanged|up to date/i);
    expect(await ran(project)).toBe('ab');
  });

  test('case 2: func/params – a key that no stage lists changes nothing', async () => {
    const project = await chain();
    await repro(project);
    await project.write({ 'params.yaml': 'lr: 0.1\nother: 2\n' });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
  });

  test('case 3: test_repro_multiple_params – only the stage that lists the key runs; equal outs stop the rest', async () => {
    const project = await chain();
    await repro(project);
    await project.write({ 'params.yaml': 'lr: 0.2\nother: 1\n' });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'unchanged' });
  });

  test('case 4: test_memory_for_multiple_runs_of_same_stage – a value seen before comes from the run-cache', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a:\n    cmd: echo ${lr} > a.out && echo ran >> ran.txt\n    params: [lr]\n    outs: [a.out]\n',
      'params.yaml': 'lr: 1\n',
    });
    await repro(project);
    await repro(project, ['-S', 'lr=2']);
    expect(await project.read('a.out')).toBe('2\n');
    expect((await repro(project, ['-S', 'lr=1'])).outcomes).toEqual({ a: 'restored' });
    expect(await project.read('a.out')).toBe('1\n');
    expect(await project.read('ran.txt')).toBe('ran\nran\n');
  });

  test('case 5: test_restore – a deleted out comes back without a run', async () => {
    const project = await chain();
    await repro(project);
    await project.remove('a.out', 'b.out');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored', b: 'restored' });
    expect(await project.read('b.out')).toBe('TEXT\n');
    expect(await ran(project)).toBe('ab');
  });

  test('case 6: an out that was overwritten by hand comes back; better than DVC: the hand-made bytes are kept and named', async () => {
    const project = await chain();
    await repro(project);
    await project.write({ 'a.out': 'made by hand' });
    const { outcomes, result } = await repro(project);
    expect(outcomes).toEqual({ a: 'restored', b: 'unchanged' });
    expect(await project.read('a.out')).toBe('text\n');
    expect(result.stderr + result.stdout).toContain('no run produced');
  });

  test('what a killed attempt left is called that, and what a killed removal left of a known out is nobody else’s', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  slow: {cmd: 'echo part > o && echo at work && { test -e go || sleep 600; } && echo whole > o', outs: [o]}
  tree: {cmd: 'mkdir -p t/sub && echo \${n} > t/a && echo b > t/sub/b && echo c > t/sub/c', params: [n], outs: [t]}
`,
      'params.yaml': 'n: 1\n',
    });
    const killed = project.start(['repro', 'slow']);
    await killed.waitFor('at work');
    killed.child.kill('SIGKILL');
    await killed.ended;
    await project.write({ go: '' });
    const { outcomes, result } = await repro(project);
    expect(outcomes).toEqual({ slow: 'ran', tree: 'ran' });
    expect(result.stderr).toContain(
      "Out 'o' of stage 'slow' held 5 B that the attempt that was killed left there, or somebody since: kept",
    );

    await project.remove('t/a', 't/sub/c');
    const again = await repro(project, ['-S', 'n=2']);
    expect(again.outcomes).toEqual({ slow: 'unchanged', tree: 'ran' });
    expect(again.result.stderr).not.toContain('held');
  });

  test('case 7: test_params_dump – a deleted lock is made again, byte for byte, without a run', async () => {
    const project = await chain();
    await repro(project);
    const lock = await project.read('dvc.mlo.lock');
    await project.remove('dvc.mlo.lock');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored', b: 'restored' });
    expect(await project.read('dvc.mlo.lock')).toBe(lock);
    expect(await ran(project)).toBe('ab');
  });

  test('case 8: test_repro_when_cmd_changes – a command that differs in spaces runs again', async () => {
    const project = await chain();
    await repro(project);
    await project.write({ 'dvc.yaml': CHAIN.replace('cat in.txt >', 'cat  in.txt >') });
    const status = await project.mlo(['status', '--json']);
    expect(JSON.parse(status.stdout).data.stages[0]).toMatchObject({ state: 'run', reasons: [{ kind: 'cmd' }] });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'unchanged' });
  });

  test('case 9: test_order_is_preserved_when_pipeline_order_changes – the order of entries changes nothing, not even the lock', async () => {
    const stage = (deps: string, outs: string, params: string): string =>
      `stages:\n  a:\n    cmd: cp x o && cp y p\n    deps: ${deps}\n    outs: ${outs}\n    params: ${params}\n`;
    const project = await createProjectHere({
      'dvc.yaml': stage('[x, y]', '[o, p]', '[k, l]'),
      x: '1',
      y: '2',
      'params.yaml': 'k: 1\nl: 2\n',
    });
    await repro(project);
    const lock = await project.read('dvc.mlo.lock');
    await project.write({ 'dvc.yaml': stage('[y, x]', '[p, o]', '[l, k]') });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    expect(await project.read('dvc.mlo.lock')).toBe(lock);
  });

  test('case 10: test_repro_when_new_deps_is_added_in_dvcfile and new outs – a stage runs when its deps or outs grow', async () => {
    const project = await chain();
    await project.write({ 'more.txt': '' });
    await repro(project);
    await project.write({ 'dvc.yaml': CHAIN.replace('[in.txt]', '[in.txt, more.txt]') });
    expect((await repro(project)).outcomes['a']).toBe('ran');
    await project.write({
      'dvc.yaml': CHAIN.replace('[in.txt]', '[in.txt, more.txt]')
        .replace('> a.out &&', '> a.out && cp a.out c.out &&')
        .replace('[a.out]\n  b', '[a.out, c.out]\n  b'),
    });
    expect((await repro(project)).outcomes['a']).toBe('ran');
  });

  test('case 11: test_repro_changed_dir_data – a dep folder counts by what is in it, hard links too', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a:\n    cmd: ls data > list\n    deps: [data]\n    outs: [list]\n',
      'data/one': '1',
    });
    await repro(project);
    await link(project.path('data/one'), project.path('data/two'));
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    await project.write({ 'data/one': 'x' });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
  });

  test('case 12: test_repro_dep_under_dir, test_repro_dep_dir_with_outputs_under_it – edges go through folders', async () => {
    const project = await createProjectHere({
      'dvc.yaml': `stages:
  last:
    cmd: ls dir > last.out
    deps: [dir]
    outs: [last.out]
  under:
    cmd: cat made/sub/file > dir/under.out
    deps: [made/sub/file]
    outs: [dir/under.out]
  make:
    cmd: mkdir -p made/sub && echo x > made/sub/file
    outs: [made]
`,
    });
    const { json } = await repro(project);
    expect(json.data?.stages.map((stage) => stage.name)).toEqual(['make', 'under', 'last']);
    expect(await project.read('last.out')).toBe('under.out\n');
  });

  test('case 13: test_repro_metrics_add_unchanged – an out that becomes a metric does not run again', async () => {
    const text = (kind: string): string => `stages:\n  a:\n    cmd: echo 'm{}' | tr -d m > m.json\n    ${kind}: [m.json]\n`;
    const project = await createProjectHere({ 'dvc.yaml': text('outs') });
    await repro(project);
    await project.write({ 'dvc.yaml': text('metrics') });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
  });

  test('case 14: test_repro_frozen_callback – a stage without deps and outs always runs', async () => {
    const project = await createProjectHere({ 'dvc.yaml': 'stages:\n  a:\n    cmd: echo hi >> ran.txt\n' });
    await repro(project);
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect(JSON.parse((await project.mlo(['status', '--json'])).stdout).data.stages[0].state).toBe('run');
  });

  test('case 15: test_always_changed – runs each time and never comes from the run-cache', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a:\n    cmd: echo x > o && echo ran >> ran.txt\n    outs: [o]\n    always_changed: true\n',
    });
    await repro(project);
    await project.remove('dvc.mlo.lock');
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
  });

  test('case 16: test_repro_frozen – upstream runs, the frozen stage and those after it do not; a missing out is told', async () => {
    const project = await createProjectHere({
      'dvc.yaml': `stages:
  up: {cmd: cp in up, deps: [in], outs: [up]}
  fz: {cmd: cp up fz, deps: [up], outs: [fz]}
  down: {cmd: cp fz down, deps: [fz], outs: [down]}
`,
      in: '1',
    });
    await repro(project);
    await project.mlo(['freeze', 'fz']);
    await project.write({ in: '2' });
    const { outcomes, result } = await repro(project);
    expect(outcomes).toEqual({ up: 'ran', fz: 'unchanged', down: 'unchanged' });
    expect(result.stdout + result.stderr).toContain("Stage 'fz' is frozen");
    expect(await project.read('down')).toBe('1');
    await project.mlo(['unfreeze', 'fz']);
    expect((await repro(project)).outcomes).toEqual({ up: 'unchanged', fz: 'ran', down: 'ran' });
    await project.mlo(['freeze', 'fz']);
    await project.remove('fz', '.mlo/cache');
    const missing = await repro(project);
    expect(missing.json.error).toMatchObject({ code: 'MLO_DEP_MISSING' });
    expect(missing.json.error?.message).toContain("'fz'");
  });

  test('case 17: test_newest_entry_is_loaded_for_non_deterministic_stage – the newest result comes back', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a:\n    cmd: cat counter > o && echo x >> counter\n    deps: [in]\n    outs: [o]\n',
      in: '',
      counter: '',
    });
    await repro(project);
    await repro(project, ['--force']);
    await repro(project, ['--force']);
    await project.remove('dvc.mlo.lock', 'o');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored' });
    expect(await project.read('o')).toBe('x\nx\n');
  });

  test('case 18: test_outs_no_cache_deactivate_run_cache – an uncached out keeps a stage out of the run-cache, an uncached metric does not', async () => {
    const project = await createProjectHere({
      'dvc.yaml': `stages:
  out: {cmd: echo 1 > o, deps: [in], outs: [o: {cache: false}]}
  metric: {cmd: 'echo 1 > m.json', deps: [in], metrics: [m.json: {cache: false}]}
`,
      in: '',
    });
    await repro(project);
    await project.remove('dvc.mlo.lock', 'o', 'm.json');
    expect((await repro(project)).outcomes).toEqual({ out: 'ran', metric: 'restored' });
  });

  test('case 19: test_repro_dry – --dry changes nothing and gives the reason for each stage', async () => {
    const project = await chain();
    const { code, stdout } = await project.mlo(['repro', '--dry']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a\b.*\n?.*b\b/s);
    expect(project.exists('a.out')).toBe(false);
    expect(project.exists('dvc.mlo.lock')).toBe(false);
    expect(project.exists('.mlo/cache')).toBe(false);
  });

  test('case 20: test_repro_no_commit – with --no-commit outs are not cached and no run-cache entry is written', async () => {
    const project = await chain();
    await repro(project, ['--no-commit']);
    await project.remove('a.out');
    expect((await repro(project)).outcomes['a']).toBe('ran');
  });

  test('case 21: test_repro_allow_missing – missing data with a consistent lock is skipped', async () => {
    const project = await chain();
    await repro(project);
    await project.remove('.mlo/cache', '.mlo/state', 'in.txt', 'a.out', 'b.out');
    expect((await repro(project, ['--allow-missing'])).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
  });

  test('case 21: test_repro_allow_missing_and_… – an upstream out that differs from what was read is not skipped', async () => {
    const project = await chain();
    await repro(project);
    const lock = JSON.parse(await project.read('dvc.mlo.lock')) as { stages: { b: { deps: { 'a.out': { digest: string } } } } };
    lock.stages.b.deps['a.out'].digest = 'f'.repeat(64);
    await project.write({ 'dvc.mlo.lock': JSON.stringify(lock) });
    await project.remove('.mlo', 'b.out');
    await project.write({ '.mlo/config.yaml': '' });
    expect((await repro(project, ['--allow-missing'])).outcomes).toEqual({ a: 'unchanged', b: 'ran' });
  });
});
