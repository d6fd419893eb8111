import { describe, expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

async function names(yaml: string, params = ''): Promise<readonly string[]> {
  const project = await createProjectHere({ 'dvc.yaml': yaml, ...(params === '' ? {} : { 'params.yaml': params }) });
  const listed = await project.mlo(['stage', 'list', '--json']);
  expect(listed.stdout + listed.stderr).toContain('"ok": true');
  return (JSON.parse(listed.stdout) as { data: { stages: { name: string }[] } }).data.stages.map((stage) => stage.name);
}

async function firstProblem(yaml: string, files: Record<string, string> = {}): Promise<string> {
  const project = await createProjectHere({ 'dvc.yaml': yaml, ...files });
  const { code, stderr } = await project.mlo(['repro']);
  expect(code).toBe(2);
  return stderr;
}

describe('what DVC users expect of dvc.yaml', () => {
  test('case 43: func/parsing/test_foreach, test_matrix – names of generated stages are those of DVC', async () => {
    expect(await names('stages:\n  build:\n    foreach: [us, uk]\n    do: {cmd: "echo ${item}"}\n')).toEqual(['build@us', 'build@uk']);
    expect(await names('stages:\n  build:\n    foreach: {a: 1, b: 2}\n    do: {cmd: "echo ${key} ${item}"}\n')).toEqual([
      'build@a',
      'build@b',
    ]);
    expect(await names('stages:\n  build:\n    foreach: [{x: 1}, {x: 2}]\n    do: {cmd: "echo ${item.x}"}\n')).toEqual([
      'build@0',
      'build@1',
    ]);
    const matrix = `stages:
  build:
    matrix:
      os: [win, linux]
      pyv: [3.7]
      dict: [{arg1: 1}]
      list: [[out1, out11]]
    cmd: echo \${item.os} \${item.pyv} \${item.dict} \${item.list[0]}
`;
    expect(await names(matrix)).toEqual(['build@win-3.7-dict0-list0', 'build@linux-3.7-dict0-list0']);
  });

  test('case 43: a generated stage is a target, and so is the group', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  build:\n    foreach: [us, uk]\n    do: {cmd: "echo ${item} > ${item}.out", outs: ["${item}.out"]}\n',
    });
    expect((await repro(project, ['build@uk'])).outcomes).toEqual({ 'build@uk': 'ran' });
    expect((await repro(project, ['build'])).outcomes).toEqual({ 'build@us': 'ran', 'build@uk': 'unchanged' });
  });

  test('case 44: test_errors – an unknown var and bad syntax show the place', async () => {
    const unknown = await firstProblem('stages:\n  a:\n    cmd: echo ${nope}\n');
    expect(unknown).toMatch(/dvc\.yaml:3:\d+/);
    expect(unknown).toContain('nope');
    const syntax = await firstProblem('stages:\n  a:\n    cmd: echo ${a..b}\n');
    expect(syntax).toMatch(/dvc\.yaml:3:\d+/);
    expect(syntax).toContain('^');
  });

  test('case 45: test_global_overwrite_error_on_imports – one key from two files is an error that names both', async () => {
    const text = await firstProblem('vars: [one.yaml, two.yaml]\nstages:\n  a: {cmd: "echo ${a.b}"}\n', {
      'one.yaml': 'a: {b: 1}\n',
      'two.yaml': 'a: {b: 2}\n',
    });
    expect(text).toMatch(/cannot redefine 'a\.b' from 'two\.yaml' as it already exists in 'one\.yaml'/);
  });

  test('case 46: test_interpolate_non_string, test_cmd_dict – a map is unpacked in cmd and refused elsewhere', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a: {cmd: "echo ${opts} > o", outs: [o]}\n',
      'params.yaml': 'opts: {lr: 0.1, name: x, flag: true, off: false, list: [1, 2]}\n',
    });
    await repro(project);
    expect(await project.read('o')).toBe('--lr 0.1 --name x --flag --list 1 2\n');
    expect(await firstProblem('stages:\n  a: {cmd: x, deps: ["${opts}"]}\n', { 'params.yaml': 'opts: {a: 1}\n' })).toMatch(/dict|map/);
  });

  test('floats keep the text that DVC gives them', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a: {cmd: "echo ${one} ${small} ${big} > o", outs: [o]}\n',
      'params.yaml': 'one: 1.0\nsmall: 0.00001\nbig: 1e20\n',
    });
    await repro(project);
    expect(await project.read('o')).toBe('1.0 1e-05 1e+20\n');
  });

  test('a param called size or nfiles is a param like any other: a changed value is never restored from another one (dvc#10296)', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a: {cmd: "cp params.yaml o", params: [size, nfiles], outs: [o]}\n',
      'params.yaml': 'size: 1\nnfiles: 1\n',
    });
    await repro(project);
    await project.write({ 'params.yaml': 'size: 2\nnfiles: 1\n' });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect(await project.read('o')).toContain('size: 2');
  });

  test('a bare date in params.yaml is a string, not the end of every command', async () => {
    const project = await createProjectHere({
      'dvc.yaml': 'stages:\n  a: {cmd: "echo ${d} > o", params: [d], outs: [o]}\n',
      'params.yaml': 'd: 2020-01-01\n',
    });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect(await project.read('o')).toBe('2020-01-01\n');
  });

  test('a command of several lines is a shell for every line in dvc.yaml and one script in pipeline.yaml', async () => {
    const yaml = 'stages:\n  a:\n    cmd: |\n      x=1\n      echo "x=$x" > o\n    outs: [o]\n';
    const dvc = await createProjectHere({ 'dvc.yaml': yaml });
    await repro(dvc);
    expect(await dvc.read('o')).toBe('x=\n');
    const ours = await createProjectHere({ 'pipeline.yaml': yaml });
    await repro(ours);
    expect(await ours.read('o')).toBe('x=1\n');
  });

  test('a project as dvc init and dvc stage add leave it runs unchanged; dvc.lock is never touched', async () => {
    const project = await createProjectHere(
      {
        '.dvc/config': '',
        '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n',
        '.dvcignore': '# Add patterns of files dvc should ignore\n',
        'dvc.yaml':
          'stages:\n  prepare:\n    cmd: tr a-z A-Z < raw.txt > clean.txt\n    deps:\n    - raw.txt\n    params:\n    - lr\n    outs:\n    - clean.txt\n    metrics:\n    - m.json:\n        cache: false\n'.replace(
            '> clean.txt',
            '> clean.txt && echo "{}" > m.json',
          ),
        'dvc.lock': "schema: '2.0'\n",
        'params.yaml': 'lr: 0.1\n',
        'raw.txt': 'text\n',
        '.gitignore': '/clean.txt\n',
      },
      { git: true },
    );
    expect((await repro(project, ['-f', 'dvc.yaml'])).outcomes).toEqual({ prepare: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ prepare: 'unchanged' });
    expect(await project.read('dvc.lock')).toBe("schema: '2.0'\n");
    expect(project.exists('dvc.mlo.lock')).toBe(true);
    expect(await project.read('.gitignore')).toBe('/clean.txt\n');
  });
});
