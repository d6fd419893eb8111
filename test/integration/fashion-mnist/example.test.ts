import { cp } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { cloneCommitted, NATIVE_CACHE, requireNative, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const EXAMPLE = 'examples/fashion-mnist';
const STAGES = ['prepare', 'train', 'evaluate', 'cross-validate'];
/** The same work, less of it. */
const SHORT = ['train.epochs=2', 'cross_validation.folds=2', 'cross_validation.epochs=1'].flatMap((param) => ['-S', param]);

interface RunJson {
  readonly name: string;
  readonly status: string;
  readonly tags: { readonly [name: string]: string };
  readonly metrics: { readonly [name: string]: { readonly value: number } };
  readonly children: readonly RunJson[];
}

describe('the example of Fashion-MNIST', { timeout: 180_000 }, () => {
  let project: TestProject;

  beforeAll(async () => {
    project = await cloneCommitted(EXAMPLE);
  });

  test('has a committed result of the accuracy that its README speaks of', async () => {
    const metrics = JSON.parse(await project.read('reports/metrics.json')) as { readonly accuracy: number };
    expect(metrics.accuracy).toBeGreaterThanOrEqual(0.77);
    const readme = await project.read('README.md');
    expect(readme).toContain(`accuracy ${metrics.accuracy.toFixed(4)}`);
    const { cross_validation: scores } = JSON.parse(await project.read('reports/cross-validation.json')) as {
      readonly cross_validation: { readonly accuracy: number; readonly deviation: number };
    };
    expect(readme).toContain(`${scores.accuracy.toFixed(4)} ± ${scores.deviation.toFixed(4)}`);
  });

  test('has a committed lock that is true: nothing but outs that no clone has is a reason to run', async () => {
    const { outcomes, result } = await repro(project, ['prepare']);
    expect({ outcomes, stderr: result.stderr }).toEqual({ outcomes: { prepare: 'ran' }, stderr: expect.not.stringContaining('warning') });
    const { stages } = (await project.mlo(['status', '--json'])).json().data as {
      readonly stages: readonly { readonly name: string; readonly reasons: readonly { readonly kind: string }[] }[];
    };
    const kinds = stages.map(({ name, reasons }) => [name, [...new Set(reasons.map(({ kind }) => kind))]]);
    expect(Object.fromEntries(kinds)).toEqual({ prepare: [], train: ['out'], evaluate: ['upstream'], 'cross-validate': [] });
    expect(await project.git('status', '--porcelain')).toBe('');
  });

  test('trains, evaluates and cross-validates, a run below the stage for each fold', async () => {
    const { outcomes, result } = await repro(project, SHORT);
    expect(Object.keys(outcomes), result.stderr).toEqual(STAGES);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('has not disposed');

    const run = await newestRun();
    const stage = (name: string): RunJson => run.children.find((each) => each.name === name) as RunJson;
    expect(stage('train').tags).toMatchObject({ 'mlo.backend': 'wasm' });
    expect(names(stage('train'))).toEqual(expect.arrayContaining(['loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate']));
    expect(names(stage('evaluate'))).toEqual(['accuracy', 'log_loss', 'macro_f1']);
    const folds = stage('cross-validate');
    expect(folds.children.map(({ name, status }) => `${name} ${status}`)).toEqual(['fold 1 FINISHED', 'fold 2 FINISHED']);
    const scores = folds.children.map((fold) => metric(fold, 'held_out_accuracy'));
    expect(metric(folds, 'cross_validation.accuracy')).toBeCloseTo((scores[0]! + scores[1]!) / 2, 12);
    expect(metric(folds, 'cross_validation.deviation')).toBeCloseTo(Math.abs(scores[0]! - scores[1]!) / 2, 12);
  });

  test('draws curves, the confusion matrix and pictures with what they are taken for', async () => {
    for (const name of ['curves', 'confusion', 'samples']) {
      const { format, width } = await sharp(await sharp(project.path(`reports/${name}.png`)).toBuffer()).metadata();
      expect({ name, format }).toEqual({ name, format: 'png' });
      expect(width).toBeGreaterThan(1000);
    }
    const [head, ...rows] = (await project.read('reports/classes.csv')).trim().split('\n');
    expect(head).toBe('class,precision,recall,f1,images');
    expect(rows).toHaveLength(10);
    expect((await project.mlo(['plots', 'show'])).stdout).toContain('Loss');
  });

  test('trains natively by one param', async () => {
    requireNative();
    const { result } = await repro(project, ['evaluate', '-S', 'backend=native', '-S', 'train.epochs=1'], { env: NATIVE_CACHE });
    expect(result.code, result.stderr).toBe(0);
    expect((await newestRun()).children.find(({ name }) => name === 'train')?.tags).toMatchObject({ 'mlo.backend': 'native' });
  });

  test('names the file whose images and labels do not belong together', async () => {
    await cp(project.path('data/sample'), project.path('data/full'), { recursive: true });
    await cp(project.path('data/full/t10k-labels-idx1-ubyte.gz'), project.path('data/full/train-labels-idx1-ubyte.gz'));
    const { json, result } = await repro(project, ['prepare', '-S', 'data=data/full']);
    expect(result.code).toBe(1);
    expect(json.data?.stages[0]?.error?.message).toContain('data/full/train-labels-idx1-ubyte.gz: expected 720 labels, found 180');
  });

  async function newestRun(): Promise<RunJson> {
    const { code, stdout, stderr } = await project.mlo(['runs', 'show', '--json']);
    expect(code, stderr).toBe(0);
    return (JSON.parse(stdout) as { readonly data: RunJson }).data;
  }
});

function names(run: RunJson): string[] {
  return Object.keys(run.metrics).toSorted();
}

function metric(run: RunJson, name: string): number {
  return run.metrics[name]?.value as number;
}
