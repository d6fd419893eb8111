import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { repro } from '../../helpers/repro-outcomes.ts';
import type { TestProject } from '../../helpers/index.ts';
import { changes, cloneOfIris } from './iris-project.ts';

const STAGES = ['data_load', 'featurize', 'data_split', 'train', 'evaluate'];

/** Every stage with the outcome given for it, else `unchanged`. */
function outcomes(given: { readonly [stage: string]: string }): { readonly [stage: string]: string } {
  return Object.fromEntries(STAGES.map((stage) => [stage, given[stage] ?? 'unchanged']));
}

const ALL_RAN = Object.fromEntries(STAGES.map((stage) => [stage, 'ran']));

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('the iris pipeline', { timeout: 90_000 }, () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await cloneOfIris();
    const first = await repro(project);
    expect(first.outcomes).toEqual(ALL_RAN);
  }, 90_000);

  test('gives the bytes that are committed: after the first run Git sees no change', async () => {
    expect(await changes(project)).toBe('');
  });

  test('needs nothing that a fresh clone does not have: every look at it succeeds', async () => {
    for (const command of ['plots show', 'metrics diff', 'verify --quick', 'status --check', 'remote add origin .store', 'push', 'pull']) {
      const { code, stderr } = await project.mlo(command.split(' '));
      expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' });
    }
    expect(JSON.parse((await project.mlo(['gc', '--branches', '--json'])).stdout).data.missing).toBe(0);
    await project.git('checkout', '--quiet', '.mlo/config.yaml');
    await project.remove('.store');
  });

  test('leaves no tensors behind in any stage', async () => {
    for (const stage of STAGES) expect((await project.mlo(['logs', stage])).stdout).not.toContain('tensor');
  });

  test('tells at least 93 of 100 flowers right that it was not trained on', async () => {
    const metrics = JSON.parse(await project.read('reports/metrics.json'));
    expect(metrics.accuracy).toBeGreaterThanOrEqual(0.93);
    expect(metrics.macro_f1).toBeGreaterThanOrEqual(0.93);
    expect(Object.keys(metrics.classes)).toEqual(['setosa', 'versicolor', 'virginica']);
  });

  test('the confusion table holds every test flower and agrees with the metrics', async () => {
    const [header, ...pairs] = (await project.read('reports/confusion_matrix.csv')).trimEnd().split('\n');
    expect(header).toBe('actual,predicted');
    expect(pairs).toHaveLength(45);
    const right = pairs.filter((pair) => pair.split(',')[0] === pair.split(',')[1]).length;
    expect(right / 45).toBe(JSON.parse(await project.read('reports/metrics.json')).accuracy);
  });

  test('a second time nothing runs', async () => {
    expect((await repro(project)).outcomes).toEqual(outcomes({}));
  });

  test('another learning rate runs train and evaluate, the old one brings both back without training', async () => {
    const before = await digest(project.path('models/iris/weights.bin'));
    const changed = await repro(project, ['-S', 'train.learning_rate=0.05']);
    expect(changed.outcomes).toEqual(outcomes({ train: 'ran', evaluate: 'ran' }));
    expect(await digest(project.path('models/iris/weights.bin'))).not.toBe(before);

    const back = await repro(project, ['-S', 'train.learning_rate=0.1']);
    expect(back.outcomes).toEqual(outcomes({ train: 'restored', evaluate: 'restored' }));
    expect(await digest(project.path('models/iris/weights.bin'))).toBe(before);
    expect(await changes(project)).toBe('');
  });

  test('data and models that were deleted are restored, and Git still ignores them', async () => {
    await project.remove('data/processed', 'models');
    const { outcomes: found } = await repro(project);
    expect(found).toEqual(outcomes({ data_load: 'restored', featurize: 'restored', data_split: 'restored', train: 'restored' }));
    expect(await changes(project)).toBe('');
  });

  test('an edited helper runs the stages that load it, and those behind them only where its outs changed', async () => {
    const helper = 'stages/lib/split.ts';
    const text = await project.read(helper);
    await project.write({ [helper]: `${text}// An edit that changes no result.\n` });
    expect((await repro(project)).outcomes).toEqual(outcomes({ data_split: 'ran' }));
    await project.write({ [helper]: text });
    expect((await repro(project)).outcomes).toEqual(outcomes({ data_split: 'restored' }));
    expect(await changes(project)).toBe('');
  });

  test('a broken table is refused by its line, and the stages behind it wait', async () => {
    const path = 'data/raw/iris.csv';
    const text = await project.read(path);
    await project.write({ [path]: text.replace('6.8,2.8,4.8,1.4,versicolor', '6.8,2.8,many,1.4,versicolor') });
    const { outcomes: found, json } = await repro(project);
    expect(found).toEqual({ data_load: 'failed', featurize: 'blocked', data_split: 'blocked', train: 'blocked', evaluate: 'blocked' });
    expect(json.data?.stages[0]?.error?.message).toContain('data/raw/iris.csv:78: expected a number for petal_length, found "many"');
    await project.write({ [path]: text });
    expect((await repro(project)).outcomes).toEqual(outcomes({ data_load: 'restored' }));
  });

  test('the run holds the params, the metrics of every epoch, and those of the report', async () => {
    await project.mlo(['repro', '--force', '--json']);
    const [run] = (await project.mlo(['runs', 'list', '--json'])).json().data.runs;
    const shown = (await project.mlo(['runs', 'show', run.id, '--json'])).json().data;
    const stages = new Map<string, any>(shown.children.map((child: any) => [child.run?.stage ?? child.stage, child]));
    expect([...stages.keys()]).toEqual(STAGES);
    expect(JSON.stringify(stages.get('train'))).toContain('train.learning_rate');
    expect(JSON.stringify(stages.get('evaluate'))).toContain('classes.setosa.recall');
  });
});

describe('the mlp model', { timeout: 90_000 }, () => {
  test('is another choice by param and learns as well', async () => {
    const project = await cloneOfIris();
    const { outcomes: found } = await repro(project, ['-S', 'train.model=mlp']);
    expect(found).toEqual(ALL_RAN);
    expect(JSON.parse(await project.read('reports/metrics.json')).accuracy).toBeGreaterThanOrEqual(0.93);
    expect(await project.read('models/iris/model.json')).toContain('"iris_mlp"');
  });
});
