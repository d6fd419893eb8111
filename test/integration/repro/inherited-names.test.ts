import { expect, test } from 'vitest';
import { createProject, createProjectHere, type TestProject } from '../../helpers/index.ts';

async function ran(project: TestProject): Promise<readonly string[]> {
  const { code, json, stderr } = await project.mlo(['repro', '--json']);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return json()
    .data.stages.filter((stage: any) => stage.outcome === 'ran')
    .map((stage: any) => stage.name)
    .toSorted();
}

test('paths and params that are called as what every object has are paths and params like others', async () => {
  const project = await createProject({
    'pipeline.yaml': `stages:
  make: {cmd: cp in __proto__, deps: [in], outs: [__proto__]}
  use: {cmd: cp __proto__ constructor, deps: [__proto__], outs: [constructor]}
  params: {cmd: date > toString, params: [__proto__, valueOf], outs: [toString]}
`,
    'params.yaml': '__proto__: 1\nvalueOf: 1\n',
    in: 'one',
  });
  expect(await ran(project)).toEqual(['make', 'params', 'use']);
  expect(await ran(project)).toEqual([]);
  await project.write({ in: 'two' });
  expect(await ran(project)).toEqual(['make', 'use']);
  expect(await project.read('constructor')).toBe('two');
  await project.write({ 'params.yaml': '__proto__: 2\nvalueOf: 1\n' });
  expect(await ran(project)).toEqual(['params']);
  await project.remove('__proto__', 'constructor');
  expect((await project.mlo(['checkout'])).code).toBe(0);
  expect(await project.read('__proto__')).toBe('two');
});

test('such an out and such a param are new where the lock does not have them yet', async () => {
  const pipeline = (outs: string, params: string): string =>
    `stages: {s: {cmd: touch x constructor, outs: [${outs}], params: [${params}]}}\n`;
  const project = await createProjectHere({ 'pipeline.yaml': pipeline('x', 'p'), 'params.yaml': 'p: 1\n' });
  for (const args of [['init'], ['repro']]) expect((await project.mlo(args)).code).toBe(0);
  await project.write({ 'pipeline.yaml': pipeline('x, constructor', 'p, valueOf'), 'params.yaml': 'p: 1\nvalueOf: 7\n' });
  const { code, stdout } = await project.mlo(['status', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).data.stages[0].reasons).toEqual([
    { kind: 'param', key: 'params.yaml:valueOf', new: 7 },
    { kind: 'out', path: 'constructor', new: 'declared' },
  ]);
  expect((await project.mlo(['checkout'])).code).toBe(0);
  expect(await ran(project)).toEqual(['s']);
});
