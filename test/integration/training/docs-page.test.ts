import { symlink, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';
import { typeErrors } from './type-errors.ts';

let project: TestProject;

/** Every block of the page that begins with the name of a file, as that file. */
async function filesOfPage(): Promise<{ [path: string]: string }> {
  const page = await readFile(join(REPOSITORY, 'docs/training.md'), 'utf8');
  return Object.fromEntries(
    Array.from(page.matchAll(/^```(?:yaml|ts)\n(?:#|\/\/) (\S+)\n([^]*?)^```$/gm), ([, path, text]) => [path as string, text as string]),
  );
}

beforeAll(async () => {
  const files = await filesOfPage();
  expect(Object.keys(files)).toHaveLength(7);
  project = await createProject({ ...files, 'package.json': '{"type": "module"}', '.mlo/config.yaml': '' });
  await mkdir(project.path('node_modules/@tensorflow'), { recursive: true });
  await symlink(REPOSITORY, project.path('node_modules/mlo-cli'));
  await symlink(join(REPOSITORY, 'node_modules/@tensorflow/tfjs'), project.path('node_modules/@tensorflow/tfjs'));
});

it('the examples of docs/training.md run as one project, and to the same bytes again', async () => {
  expect(await project.mlo(['repro', '--strict'])).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning:') });
  const { accuracy, auc, log_loss } = JSON.parse(await project.read('reports/metrics.json')) as { [name: string]: number };
  expect(accuracy).toBeGreaterThan(0.85);
  expect(auc).toBeGreaterThan(0.9);
  expect(log_loss).toBeLessThan(0.5);
  expect(JSON.parse(await project.read('reports/folds.json'))).toMatchObject({ mean: expect.closeTo(0.92, 1) });
  expect(await project.read('reports/roc.svg')).toContain('<svg');
  const { code, stdout } = await project.mlo(['repro', '--verify']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('3 stages verified: 3 same in ') });
});

it('its script logs to a run of its own', async () => {
  const { code, stdout, stderr } = await project.run(process.execPath, ['scripts/try.ts']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^epoch 1\/5: loss /m);
  const { data } = (await project.mlo(['runs', 'list', '--all', '--json'])).json<{ data: { runs: { name: string; status: string }[] } }>();
  expect(data.runs).toContainEqual(expect.objectContaining({ name: 'try', status: 'FINISHED' }));
});

it('its TypeScript has no errors', async () => {
  expect(await typeErrors(project, { include: ['stages', 'scripts'] })).toBe('');
});
