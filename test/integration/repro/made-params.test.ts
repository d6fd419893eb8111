import { expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

/** `make` writes gen.yaml, of which `use` reads keys; `after` and `apart` show what else had its turn. */
function pipeline(written: string, keys: string): string {
  return `stages:
  make: {cmd: "echo '${written}' > gen.yaml", outs: [gen.yaml]}
  use: {cmd: cat gen.yaml > used, params: [{gen.yaml: [${keys}]}], outs: [used]}
  after: {cmd: cat used > last, deps: [used], outs: [last]}
  apart: {cmd: "echo '${written}' > apart", outs: [apart]}
`;
}

async function states(project: TestProject): Promise<{ readonly [stage: string]: string }> {
  const { data } = (await project.mlo(['status', '--json'])).json<{ data: { stages: { name: string; state: string }[] } }>();
  return Object.fromEntries(data.stages.map(({ name, state }) => [name, state]));
}

async function newestRun(project: TestProject): Promise<{ readonly status: string; readonly reason?: string } | undefined> {
  const { data } = (await project.mlo(['runs', 'list', '--json'])).json<{
    data: { runs: { parentId?: string; status: string; reason?: string }[] };
  }>();
  return data.runs.find((run) => run.parentId === undefined);
}

test('a key that the file of params lacks, or a file that is broken, is no fault where a stage is about to write it anew', async () => {
  const project = await createProjectHere({ 'pipeline.yaml': pipeline('y: 1', 'y') });
  await repro(project);
  await project.write({ 'pipeline.yaml': pipeline('x: 1', 'x') });
  expect(await states(project)).toEqual({ make: 'run', use: 'run', after: 'run', apart: 'run' });
  expect((await repro(project)).outcomes).toEqual({ make: 'ran', use: 'ran', after: 'ran', apart: 'ran' });

  await project.write({ 'pipeline.yaml': pipeline('y: 1', 'y') });
  expect(await states(project)).toEqual({ make: 'restore', use: 'run', after: 'run', apart: 'restore' });
  expect((await repro(project)).outcomes).toEqual({ make: 'restored', use: 'restored', after: 'restored', apart: 'restored' });

  await project.write({ 'gen.yaml': 'y: [' });
  expect((await repro(project)).outcomes).toEqual({ make: 'restored', use: 'unchanged', after: 'unchanged', apart: 'unchanged' });
});

test('a key that is still missing when the stage that writes the file has run fails the stage that reads it, and no other', async () => {
  const project = await createProjectHere({ 'pipeline.yaml': pipeline('y: 1', 'y') });
  await repro(project);
  await project.write({ 'pipeline.yaml': pipeline('y: 2', 'x, z') });
  const { outcomes, json, result } = await repro(project, ['-k']);
  expect(outcomes).toEqual({ make: 'ran', use: 'failed', after: 'blocked', apart: 'ran' });
  expect(result.code).toBe(1);
  const { error } = json.data?.stages.find(({ name }) => name === 'use') ?? {};
  expect(error?.code).toBe('MLO_PARAMS');
  expect(error?.message).toContain("pipeline.yaml:3:56: Stage 'use' declares param 'x': 'gen.yaml' has no such key");
  expect(await newestRun(project)).toMatchObject({ status: 'FAILED', reason: 'failed: use' });
});

test('where nothing is to write the file anew, a key that it lacks is told before anything runs', async () => {
  const project = await createProjectHere({ 'pipeline.yaml': pipeline('y: 1', 'y') });
  await repro(project);
  await project.write({ 'pipeline.yaml': pipeline('y: 1', 'x') });
  const { json, result } = await repro(project, ['-k']);
  expect([result.code, json.error?.code]).toEqual([2, 'MLO_PARAMS']);
  expect(json.error?.message).toBe("Stage 'use' declares param 'x': 'gen.yaml' has no such key");
  expect((await project.mlo(['status'])).code).toBe(2);
});

test('the run of a repro whose locks cannot be written has failed', async () => {
  const cmd = 'cd .. && rm -r sub && touch sub out';
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'sub/pipeline.yaml': `stages:\n  a: {cmd: ${cmd}, outs: [../out]}\n` });
  const { result, json } = await repro(project, ['--file', 'sub/pipeline.yaml']);
  expect([result.code === 0, json.error?.message]).toEqual([false, expect.stringContaining('ENOTDIR')]);
  expect(await newestRun(project)).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('ENOTDIR') });
});
