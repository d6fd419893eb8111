import { beforeAll, describe, expect, test } from 'vitest';
import { repro } from '../../helpers/repro-outcomes.ts';
import type { TestProject } from '../../helpers/index.ts';
import { changes, cloneOfIris } from './iris-project.ts';

const IN_EXAMPLES = { cwd: 'examples' };

describe('the shell pipeline in examples/', { timeout: 60_000 }, () => {
  let project: TestProject;

  async function run(...args: string[]): Promise<string[]> {
    const { outcomes, result } = await repro(project, ['-f', 'dvc.yaml', ...args], IN_EXAMPLES);
    expect(result.code, result.stderr).toBe(0);
    return Object.entries(outcomes).map(([stage, outcome]) => `${stage} ${outcome}`);
  }

  async function setParam(line: string, other: string): Promise<void> {
    const text = await project.read('examples/params.yaml');
    expect(text).toContain(line);
    await project.write({ 'examples/params.yaml': text.replace(line, other) });
  }

  beforeAll(async () => {
    project = await cloneOfIris();
    expect(await run()).toEqual(['features ran', 'split ran', 'train ran', 'evaluate ran']);
  });

  test('gives the bytes that are committed and leaves the pipeline of the repository alone', async () => {
    expect(await changes(project)).toBe('');
    expect(project.exists('models/iris')).toBe(false);
  });

  test('is a project of its own: what the repository keeps is none of its outs', async () => {
    const ofRepository = (await project.mlo(['ls', '--recursive', '--tracked', '--json'])).stdout;
    expect(ofRepository).not.toContain('examples/');
    const own = await project.mlo(['verify', '--quick', '--json'], IN_EXAMPLES);
    expect({ code: own.code, stderr: own.stderr }).toEqual({ code: 0, stderr: '' });
    expect((await project.mlo(['metrics', 'show', '--json'], IN_EXAMPLES)).stdout).toContain('0.8958');
    expect((await project.mlo(['plots', 'show'], IN_EXAMPLES)).stdout).toContain('predicted →');
  });

  test('works on the same table', async () => {
    expect(await project.read('examples/data/iris.csv')).toBe(await project.read('data/raw/iris.csv'));
  });

  test('its README tells the truth about a changed number', async () => {
    const readme = await project.read('examples/README.md');
    expect(readme).toContain('accuracy 0.8958 -> 0.9375');
    await setParam('scale: deviation', 'scale: none');
    expect(await run()).toEqual(['features unchanged', 'split unchanged', 'train unchanged', 'evaluate ran']);
    const diff = (await project.mlo(['metrics', 'diff', '--json'], IN_EXAMPLES)).stdout;
    expect(diff).toContain('0.8958');
    expect(diff).toContain('0.9375');

    await setParam('scale: none', 'scale: deviation');
    expect(await run()).toEqual(['features unchanged', 'split unchanged', 'train unchanged', 'evaluate restored']);
    await setParam('every: 3', 'every: 5');
    expect(await run()).toEqual(['features unchanged', 'split ran', 'train ran', 'evaluate ran']);
    await setParam('every: 5', 'every: 3');
    expect(await run()).toEqual(['features unchanged', 'split restored', 'train restored', 'evaluate restored']);
    expect(await changes(project)).toBe('');
  });

  test('a line with too few cells stops it and is named', async () => {
    const path = 'examples/data/iris.csv';
    const text = await project.read(path);
    await project.write({ [path]: text.replace('4.9,3,1.4,0.2,setosa', '4.9,3,1.4,0.2') });
    const { json, result } = await repro(project, ['-f', 'dvc.yaml'], IN_EXAMPLES);
    expect(result.code).toBe(1);
    expect(JSON.stringify(json)).toContain('iris.csv:3: expected 5 cells, found 4');
    await project.write({ [path]: text });
  });

  test('has only keys of DVC', async () => {
    const text = await project.read('examples/dvc.yaml');
    const keys = [...text.matchAll(/^ {4}(\w+):/gm)].map((match) => match[1]);
    expect(new Set(keys)).toEqual(new Set(['desc', 'cmd', 'deps', 'params', 'outs', 'metrics', 'plots']));
  });
});
