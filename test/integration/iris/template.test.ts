import { describe, expect, test } from 'vitest';
import { createProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const ALL = ['data_load', 'featurize', 'data_split', 'train', 'evaluate'];
const every = (outcome: string): Record<string, string> => Object.fromEntries(ALL.map((name) => [name, outcome]));

describe('mlo init --template iris', () => {
  test('runs in an empty folder without an install: packages it uses are lent by mlo and are no reason to run again', async () => {
    const project = await createProject({});
    expect((await project.mlo(['init', '--template', 'iris', '--no-git'])).code).toBe(0);
    expect((await repro(project)).outcomes).toEqual(every('ran'));
    expect((await repro(project)).outcomes).toEqual(every('unchanged'));
    expect(await project.read('pipeline.lock')).not.toContain('zod@');
  });

  test('a package of the project’s own is taken as soon as it is there', async () => {
    const project = await createProject({});
    await project.mlo(['init', '--template', 'iris', '--no-git']);
    await repro(project);
    await project.write({
      'node_modules/zod/package.json': '{"name": "zod", "version": "0.0.1", "type": "module", "exports": "./index.js"}',
      'node_modules/zod/index.js':
        "export const z = { object() { throw new Error('the zod of the project'); }, number() { throw new Error('the zod of the project'); } };\n",
    });
    const { outcomes, json } = await repro(project, ['data_split']);
    expect(outcomes).toEqual({ data_load: 'unchanged', featurize: 'unchanged', data_split: 'failed' });
    expect(json.data?.stages.at(-1)?.error?.message).toContain('the zod of the project');
  });
});
