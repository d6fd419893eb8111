import { beforeAll, describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  prepare:
    cmd: mkdir -p data && cp -r raw/. data/
    deps: [raw]
    outs: [data]
  train:
    cmd: |
      echo '{"loss": '$(cat params.yaml | sed -n 's/lr: //p')', "accuracy": 0.5, "p95_ms": '$(ls data | wc -l)'}' > metrics.json
    deps: [data]
    params: [lr]
    metrics: [metrics.json]
`;

interface Compared {
  readonly runs: readonly { readonly id: string }[];
  readonly rows: readonly {
    readonly section: string;
    readonly key: string;
    readonly values: readonly unknown[];
    readonly deltas?: readonly number[];
    readonly best?: readonly number[];
  }[];
  readonly code?: readonly { readonly status: string; readonly path: string }[];
  readonly data?: readonly { readonly path: string; readonly counts?: { readonly added: number; readonly modified: number } }[];
  readonly equal: number;
}

it('the first repro of a clean commit is of that commit, and so is each of its stages, whatever mlo adds to .gitignore', async () => {
  const project = await createProjectHere(
    { 'pipeline.yaml': PIPELINE, 'params.yaml': 'lr: 1\n', 'raw/a.txt': 'a', '.mlo/config.yaml': '' },
    { git: true },
  );
  await project.git('add', '--all');
  await project.git('commit', '-m', 'all', '--allow-empty');
  expect((await project.mlo(['repro'])).code).toBe(0);
  expect(await project.read('.gitignore')).toContain('/data');
  const commit = (await project.git('rev-parse', 'HEAD')).trim();
  const found = (await project.mlo(['runs', 'search', `stage = 'train' AND git.commit = '${commit}'`, '--json'])).json().data;
  expect(found).toMatchObject({ runs: [{ stage: 'train', git: { commit, dirty: false } }] });
});

describe('mlo runs compare', () => {
  let project: TestProject;
  const compare = async (...args: readonly string[]): Promise<Compared> =>
    (await project.mlo(['runs', 'compare', ...args, '--json'])).json().data as Compared;

  beforeAll(async () => {
    project = await createProjectHere(
      {
        'pipeline.yaml': PIPELINE,
        'params.yaml': 'lr: 0.5\n',
        'raw/a.txt': 'a',
        'raw/b.txt': 'b',
        '.mlo/config.yaml': 'metrics:\n  lower: ["*_ms"]\n',
      },
      { git: true },
    );
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect((await project.mlo(['runs', 'compare'])).stderr).toContain('only one run');
    await project.write({ 'params.yaml': 'lr: 0.25\n', 'raw/a.txt': 'changed', 'raw/c.txt': 'c', 'notes.md': 'new\n' });
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=second');
    expect((await project.mlo(['repro'])).code).toBe(0);
  });

  it('tells what differs between the two newest runs, and only that', async () => {
    const { rows, equal, runs } = await compare();
    const row = (key: string) => rows.find((each) => each.key === key);
    expect(runs).toHaveLength(2);
    expect(row('lr')).toMatchObject({ section: 'params', values: [0.5, 0.25] });
    expect(row('loss')).toMatchObject({ values: [0.5, 0.25], deltas: [0, -0.25], best: [1] });
    expect(row('p95_ms')).toMatchObject({ values: [2, 3], best: [0] });
    expect(row('accuracy')).toBeUndefined();
    expect(row('commit')?.section).toBe('code');
    expect(rows.some(({ section, key }) => section === 'data' && key === 'raw')).toBe(true);
    expect(equal).toBeGreaterThan(0);
    expect((await compare('--all')).rows.length).toBe(rows.length + equal);
  });

  it('tells which files differ between the commits, and how the data changed', async () => {
    const { code, data } = await compare();
    expect(code).toContainEqual({ status: 'A', path: 'notes.md' });
    expect(data?.find(({ path }) => path === 'raw')?.counts).toMatchObject({ added: 1, modified: 1 });
  });

  it('takes ids in their order, more than two as well, and says which is unknown', async () => {
    const { runs } = await compare();
    const ids = runs.map(({ id }) => id);
    const three = await compare(ids[1] as string, ids[0] as string, ids[1] as string);
    expect(three.runs.map(({ id }) => id)).toEqual([ids[1], ids[0], ids[1]]);
    expect(three.code).toBeUndefined();
    const many = await project.mlo(['runs', 'compare', ...Array.from({ length: 6 }, () => ids[0] as string)]);
    expect(many.stdout).toContain('Nothing that was recorded differs.');
    const unknown = await project.mlo(['runs', 'compare', ids[0] as string, 'beef0000']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('"beef0000"')]);
  });

  it('reads well: sections, changes, the best with a star', async () => {
    const { stdout } = await project.mlo(['runs', 'compare']);
    expect(stdout).toMatch(/^params\n +Key .*\n +lr +0\.5 +0\.25$/m);
    expect(stdout).toMatch(/loss +0\.5 +\* 0\.25 +-0\.25/);
    expect(stdout).toContain('A notes.md');
    expect(stdout).toMatch(/raw {2}2 files, .* → 3 files, .*1 added, 1 modified/);
  });

  it('counts what a run took over unchanged as its own', async () => {
    await project.mlo(['repro', '-S', 'lr=0.125']);
    const { rows } = await compare();
    expect(rows.find(({ key }) => key === 'p95_ms')).toBeUndefined();
    expect(rows.filter(({ section }) => section === 'data')).toEqual([]);
  });
});
