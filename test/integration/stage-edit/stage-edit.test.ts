import { describe, expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const WRITTEN = `# the pipeline
vars: [values.yaml]  # two  spaces
stages:

  # reads
  load:
    cmd:   echo 1 > one.txt   # odd    spacing
    outs: [one.txt]

  # counts
  count:
    cmd: wc one.txt > two.txt
    deps: [one.txt]
    outs:
    - two.txt

# the end
metrics: [m.json]
`;

async function projectWith(text?: string) {
  return await createProjectHere({
    '.mlo/config.yaml': '',
    'values.yaml': 'a: 1\n',
    ...(text === undefined ? {} : { 'pipeline.yaml': text }),
  });
}

describe('mlo stage add', () => {
  it('begins the stages of the empty template on lines of their own, and keeps its comments', async () => {
    const project = await projectWith();
    await project.mlo(['init', 'new', '--template', 'empty', '--no-git']);
    const before = await project.read('new/pipeline.yaml');
    for (const name of ['a', 'b']) await project.mlo(['-C', 'new', 'stage', 'add', '-n', name, '--', 'true']);
    expect(before).toMatch(/\nstages: \{\}\n$/);
    expect(await project.read('new/pipeline.yaml')).toBe(
      before.replace('stages: {}\n', 'stages:\n  a:\n    cmd: "true"\n  b:\n    cmd: "true"\n'),
    );
  });

  it('makes a pipeline file with the flags that DVC has, and the stage runs', async () => {
    const project = await projectWith();
    await project.write({ 'params.yaml': 'lr: 0.1\n', 'other.json': '{"a": 1, "b": 2}', 'raw data.txt': 'b\na\n' });
    const flags = ['-d', 'raw data.txt', '-p', 'lr', '-p', 'other.json:a,b', '-o', 'sorted.txt', '-M', 'm.json', '--desc', 'it: sorts'];
    const added = await project.mlo(['stage', 'add', '-n', 'sort', ...flags, `sort 'raw data.txt' > sorted.txt && echo '{}' > m.json`]);
    expect(added).toMatchObject({ code: 0, stdout: "✓ pipeline.yaml: stage 'sort'\n", stderr: 'hint: mlo repro sort\n' });
    expect(await project.read('pipeline.yaml')).toBe(`stages:
  sort:
    desc: "it: sorts"
    cmd: sort 'raw data.txt' > sorted.txt && echo '{}' > m.json
    deps:
      - raw data.txt
    params:
      - lr
      - other.json:
          - a
          - b
    outs:
      - sorted.txt
    metrics:
      - m.json:
          cache: false
`);
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect(await project.read('sorted.txt')).toBe('a\nb\n');
  });

  it('leaves every other byte of the file as it is', async () => {
    const project = await projectWith(WRITTEN);
    expect((await project.mlo(['stage', 'add', '-n', 'last', '-d', 'two.txt', '-o', 'l', '--', 'sh', '-c', 'cp two.txt l'])).code).toBe(0);
    const block = `\n  last:\n    cmd: sh -c 'cp two.txt l'\n    deps:\n      - two.txt\n    outs:\n      - l\n`;
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN.replace('    - two.txt\n', `    - two.txt\n${block}`));
    expect((await project.mlo(['stage', 'remove', 'last'])).code).toBe(0);
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN);
  });

  it('replaces a stage of that name with --force only', async () => {
    const project = await projectWith(WRITTEN);
    const refused = await project.mlo(['stage', 'add', '-n', 'load', 'true']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("There is a stage 'load' in 'pipeline.yaml' already");
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN);
    expect((await project.mlo(['stage', 'add', '-f', '-n', 'load', '-o', 'one.txt', 'echo uno > one.txt'])).code).toBe(0);
    const lines = '    cmd:   echo 1 > one.txt   # odd    spacing\n    outs: [one.txt]\n';
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN.replace(lines, '    cmd: echo uno > one.txt\n    outs:\n      - one.txt\n'));
  });

  it.each([
    [
      'an out that another stage writes',
      ['-n', 'x', '-o', 'one.txt', 'true'],
      "Out 'one.txt' is specified in stage 'load' and in stage 'x'",
    ],
    ['a circle', ['-n', 'load', '--force', '-d', 'two.txt', '-o', 'one.txt', 'true'], 'MLO_GRAPH'],
    ['a path out of the project', ['-n', 'x', '-o', '../../o', 'true'], 'nothing was written'],
    ['a name with a colon', ['-n', 'a:b', 'true'], 'cannot be the name of a stage'],
    ['no command', ['-n', 'x'], 'A stage needs a command'],
    ['a command and a module', ['-n', 'x', '--module', 'x.ts', 'true'], 'either a command or --module'],
    ['no name', ['true'], "'-n, --name <name>' not specified"],
  ])('writes nothing for %s', async (_what, args, message) => {
    const project = await projectWith(WRITTEN);
    const { code, stderr } = await project.mlo(['stage', 'add', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN);
  });

  it.each([
    ['flow style', 'stages: {a: {cmd: x}} # c\n', 'stages: {a: {cmd: x}, b: {cmd: "true"}} # c\n'],
    ['no stages yet', 'stages: # c\n\nmetrics: [m.json]', 'stages: # c\n  b:\n    cmd: "true"\n\nmetrics: [m.json]'],
    ['null', 'stages: ~\n', 'stages:\n  b:\n    cmd: "true"\n'],
    ['no newline at the end', 'stages:\n    a:\n        cmd: x', 'stages:\n    a:\n        cmd: x\n    b:\n      cmd: "true"\n'],
    ['only a comment', '# mine\n', '# mine\nstages:\n  b:\n    cmd: "true"\n'],
  ])('finds its place in %s', async (_what, before, after) => {
    const project = await projectWith(before);
    expect(await project.mlo(['stage', 'add', '-n', 'b', 'true'])).toMatchObject({ code: 0 });
    expect(await project.read('pipeline.yaml')).toBe(after);
  });

  it('writes a module, and answers in JSON', async () => {
    const project = await projectWith();
    const { data } = (await project.mlo(['stage', 'add', '-n', 'm', '--module', 'm.ts', '-o', 'o', '--json'])).json();
    expect(data).toEqual({ file: 'pipeline.yaml', stages: ['m'], definition: { run: 'm.ts', outs: ['o'] } });
  });

  it('writes into the folder where the user stands, as DVC does', async () => {
    const project = await projectWith(WRITTEN);
    await project.write({ 'sub/.keep': '' });
    expect((await project.mlo(['stage', 'add', '-n', 's', 'true'], { cwd: 'sub' })).stdout).toContain('sub/pipeline.yaml');
    expect((await project.mlo(['stage', 'list', '--all'])).stdout).toContain('sub/pipeline.yaml:s');
  });
});

describe('mlo stage remove', () => {
  it('takes definitions out with the comments above them, and leaves outs alone', async () => {
    const project = await projectWith(WRITTEN);
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect((await project.mlo(['stage', 'remove', 'count'])).code).toBe(0);
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN.replace(/\n  # counts[^]*- two.txt\n/, ''));
    expect(project.exists('two.txt')).toBe(true);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  it('names the stage that was meant, and removes none then', async () => {
    const project = await projectWith(WRITTEN);
    const { code, stderr } = await project.mlo(['stage', 'remove', 'load', 'coun']);
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean 'count'?");
    expect(await project.read('pipeline.yaml')).toBe(WRITTEN);
  });

  it('refuses one stage of a foreach, which would take the others with it', async () => {
    const text = 'stages:\n  a:\n    foreach: [x y, z]\n    do: {cmd: "echo ${item}"}\n';
    const project = await projectWith(text);
    const { code, stderr } = await project.mlo(['stage', 'remove', 'a@x y']);
    expect(code).toBe(2);
    expect(stderr).toContain("'a@x y' is one of the stages that 'a' in 'pipeline.yaml' makes: only all of them can be removed");
    expect(stderr).toContain('mlo stage remove a');
    expect(await project.read('pipeline.yaml')).toBe(text);
    expect((await project.mlo(['stage', 'remove', 'a'])).code).toBe(0);
  });
});
