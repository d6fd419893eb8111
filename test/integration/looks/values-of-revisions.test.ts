import { beforeAll, describe, expect, test } from 'vitest';
import { createProjectHere, REPOSITORY, type TestProject } from '../../helpers/index.ts';

const STAGE = `mkdir -p scores
echo '{"acc": 0.'$1'}' > metrics.json
echo '{"f1": 0.'$1'}' > scores/a.json
echo '{"recall": 0.5}' > scores/b.json
echo text > scores/notes.txt
`;

let project: TestProject;

/** Two commits: with k 5 and 9. Metrics are a file and a folder of a stage, and a file that was added; none of them is in Git. */
beforeAll(async () => {
  project = await createProjectHere({
    'pipeline.yaml': `stages:
  train: {cmd: 'sh train.sh \${k}', deps: [train.sh], params: [k], metrics: [metrics.json, scores]}
metrics: [by-hand.json]
`,
    'train.sh': STAGE,
    'params.yaml': 'k: 5\n',
    'by-hand.json': '{"grade": 1}',
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  await save('first');
  await project.write({ 'params.yaml': 'k: 9\n', 'by-hand.json': '{"grade": 2}' });
  await save('second');
});

async function save(message: string): Promise<void> {
  for (const args of [['add', 'by-hand.json'], ['repro']]) expect(await project.mlo(args)).toMatchObject({ code: 0 });
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message', message);
}

async function json(...args: string[]) {
  const result = await project.mlo([...args, '--json']);
  return { code: result.code, ...result.json() };
}

describe('with the cache', () => {
  test('metrics of a revision are those of files and folders that mlo keeps', async () => {
    const files = {
      'by-hand.json': { grade: 1 },
      'metrics.json': { acc: 0.5 },
      'scores/a.json': { f1: 0.5 },
      'scores/b.json': { recall: 0.5 },
    };
    expect(await json('metrics', 'show', 'HEAD~1')).toMatchObject({ code: 0, data: { files } });
    for (const [named, found] of [
      ['scores', ['scores/a.json', 'scores/b.json']],
      ['scores/b.json', ['scores/b.json']],
      ['by-hand.json', ['by-hand.json']],
    ] as const) {
      const { data } = await json('metrics', 'show', 'HEAD~1', '--file', named);
      expect(Object.keys(data.files)).toEqual(found);
    }
  });

  test('what differs between a revision and the workspace, or another one, is what really does', async () => {
    const diffs = [
      { file: 'by-hand.json', key: 'grade', old: 1, new: 2, change: 1 },
      { file: 'metrics.json', key: 'acc', old: 0.5, new: 0.9, change: 0.4 },
      { file: 'scores/a.json', key: 'f1', old: 0.5, new: 0.9, change: 0.4 },
    ];
    for (const revisions of [['HEAD~1'], ['HEAD~1', 'HEAD']])
      expect(await json('metrics', 'diff', ...revisions)).toMatchObject({ code: 0, data: { diffs } });
    expect((await json('metrics', 'diff')).data.diffs).toEqual([]);
  });

  test('a file that the revision does not have is named', async () => {
    for (const path of ['scores/c.json', 'nowhere', 'scores/a.json/b']) {
      const { error } = await json('metrics', 'show', 'HEAD', '--file', path);
      expect(error).toMatchObject({ code: 'MLO_TARGET', message: `There is no file '${path}', in HEAD` });
    }
  });
});

describe('where the cache has lost it', () => {
  beforeAll(async () => {
    for (const args of [['remote', 'add', 'origin', project.path('../remote')], ['push'], ['push', '--rev', 'HEAD~1']])
      expect(await project.mlo(args)).toMatchObject({ code: 0 });
    await project.remove('.mlo/cache');
  });

  const unread = (revision: string) =>
    ['metrics.json', 'scores', 'by-hand.json'].map((path) => ({
      path,
      revision,
      code: 'MLO_OBJECT_MISSING',
      message: expect.stringMatching(new RegExp(`^'${path}' of revision ${revision} cannot be read: Object .* is not in the cache$`)),
      hint: expect.stringContaining(`\`mlo fetch --rev ${revision} ${path}\``),
    }));

  test('nothing is said of values that are not known, but which those are, and that nothing differs is not said', async () => {
    const { code, stdout, stderr } = await project.mlo(['metrics', 'diff', 'HEAD~1', 'HEAD']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('error[MLO_OBJECT_MISSING]: 6 files could not be read and are left out\n');
    for (const revision of ['HEAD~1', 'HEAD']) expect(stderr).toContain(`hint: \`mlo fetch --rev ${revision} metrics.json\``);
    const found = await json('metrics', 'diff', 'HEAD~1', 'HEAD');
    expect(found).toMatchObject({ ok: false, data: { diffs: [] } });
    expect(found.data.unread).toHaveLength(6);
    expect(found.data.unread).toEqual(expect.arrayContaining([...unread('HEAD~1'), ...unread('HEAD')]));
  });

  test('what the workspace has of them is not called added', async () => {
    await project.write({ 'scores/new.json': '{}' });
    const { code, data } = await json('metrics', 'diff', 'HEAD~1');
    await project.remove('scores/new.json');
    expect([code, data.diffs, data.unread.length]).toEqual([3, [], 3]);
    const { stdout } = await project.mlo(['metrics', 'show', 'HEAD']);
    expect(stdout).toBe('');
  });

  test('what Git has is compared all the same', async () => {
    const { data, code } = await json('params', 'diff', 'HEAD~1');
    expect([code, data.diffs]).toEqual([0, [{ file: 'params.yaml', key: 'k', old: 5, new: 9 }]]);
  });

  test('a file that is asked for by its name is an error that says how to get it', async () => {
    for (const [path, kept] of [
      ['metrics.json', 'metrics.json'],
      ['scores', 'scores'],
      ['scores/a.json', 'scores'],
    ] as const) {
      for (const args of [
        ['show', 'HEAD~1'],
        ['diff', 'HEAD~1'],
        ['diff', 'HEAD~1', 'HEAD'],
      ]) {
        const { code, error } = await json('metrics', ...args, '--file', path);
        expect(error).toMatchObject({ code: 'MLO_OBJECT_MISSING', message: expect.stringContaining(`'${path}' of revision HEAD~1`) });
        expect(error.hint).toContain(`\`mlo fetch --rev HEAD~1 ${kept}\``);
        expect(code).not.toBe(0);
      }
    }
    const below = await project.mlo(['metrics', 'show', 'HEAD~1', '-f', '../metrics.json'], { cwd: 'scores' });
    expect(below.stderr).toContain('hint: `mlo fetch --rev HEAD~1 ../metrics.json`');
  });

  test('the function of programs rejects, for its object has no room for what is left out', async () => {
    const { stdout } = await project.run(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { metricsShow } from ${JSON.stringify(`${REPOSITORY}/dist/index.js`)};
       console.log(JSON.stringify([await metricsShow(), await metricsShow({ rev: 'HEAD' }).catch(({ code }) => code)]))`,
    ]);
    expect(JSON.parse(stdout)).toEqual([{ acc: 0.9, f1: 0.9, recall: 0.5, grade: 2 }, 'MLO_OBJECT_MISSING']);
  });

  test('the commands of the hints bring it', async () => {
    const { data } = await json('metrics', 'diff', 'HEAD~1', 'HEAD');
    for (const { hint } of data.unread as { hint: string }[]) {
      const [, command = ''] = /^`mlo ([^`]+)`/.exec(hint) ?? [];
      expect(await project.mlo(command.split(' '))).toMatchObject({ code: 0 });
    }
    const keys = (await json('metrics', 'diff', 'HEAD~1', 'HEAD')).data.diffs.map(({ key }: { key: string }) => key);
    expect(keys).toEqual(['grade', 'acc', 'f1']);
  });
});
