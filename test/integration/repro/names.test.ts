import { expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const STAGE = `import { defineStage } from 'mlo-cli';
import { readFileSync, writeFileSync } from 'node:fs';
export default defineStage(({ deps, outs }) => {
  writeFileSync(outs.x, 'train: ' + readFileSync(deps.train, 'utf8'));
  writeFileSync(outs.y, 'test: ' + readFileSync(deps.test, 'utf8'));
});
`;

const pipeline = (deps: string, outs: string): string => `stages:\n  s: {run: s.ts, deps: {${deps}}, outs: {${outs}}}\n`;
const DEPS = 'train: a.csv, test: b.csv';
const OUTS = 'x: x.txt, y: y.txt';

async function finished(): Promise<TestProject> {
  const project = await createProjectHere({ 'pipeline.yaml': pipeline(DEPS, OUTS), 's.ts': STAGE, 'a.csv': 'a\n', 'b.csv': 'b\n' });
  expect((await repro(project)).outcomes).toEqual({ s: 'ran' });
  return project;
}

test('deps of a module that swap their names are a change: it gets other files, from the lock and from the run-cache', async () => {
  const project = await finished();
  await project.write({ 'pipeline.yaml': pipeline('train: b.csv, test: a.csv', OUTS) });
  const { outcomes, json } = await repro(project);
  expect(outcomes).toEqual({ s: 'ran' });
  expect(json.data?.stages[0]?.reasons).toEqual([
    { kind: 'name', key: 'deps.test', old: 'b.csv', new: 'a.csv' },
    { kind: 'name', key: 'deps.train', old: 'a.csv', new: 'b.csv' },
  ]);
  expect(await project.read('x.txt')).toBe('train: b\n');
  await project.write({ 'pipeline.yaml': pipeline(DEPS, OUTS) });
  expect((await repro(project)).outcomes).toEqual({ s: 'restored' });
  expect(await project.read('x.txt')).toBe('train: a\n');
});

test('a name of an out that is gone is a change: the module asks for it in vain', async () => {
  const project = await finished();
  await project.write({ 'pipeline.yaml': pipeline(DEPS, 'z: x.txt, y: y.txt') });
  const { outcomes, json } = await repro(project);
  expect(outcomes).toEqual({ s: 'failed' });
  expect(json.data?.stages[0]?.error?.message).toContain("'x'");
});

test('names of a command are no change: it does not see them', async () => {
  const cmd = (name: string): string => `stages:\n  s: {cmd: cp a.csv o, deps: {${name}: a.csv}, outs: {${name}: o}}\n`;
  const project = await createProjectHere({ 'pipeline.yaml': cmd('one'), 'a.csv': 'a\n' });
  expect((await repro(project)).outcomes).toEqual({ s: 'ran' });
  await project.write({ 'pipeline.yaml': cmd('two') });
  expect((await repro(project)).outcomes).toEqual({ s: 'unchanged' });
});

test('a stage that draws by its name is not restored from what another name drew, and is where its seed is given', async () => {
  const drawn = (name: string, seed: string): string => `stages:\n  ${name}: {run: s.ts, ${seed}outs: [x.txt]}\n`;
  const project = await createProjectHere({
    'pipeline.yaml': drawn('one', ''),
    's.ts': `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
export default defineStage(({ outs }) => writeFileSync(outs['x.txt'], String(Math.random())));
`,
  });
  const outcomes: unknown[] = [];
  for (const [name, seed] of [
    ['one', ''],
    ['two', ''],
    ['one', 'seed: 7, '],
    ['two', 'seed: 7, '],
  ] as const) {
    await project.write({ 'pipeline.yaml': drawn(name, seed) });
    outcomes.push((await repro(project)).outcomes);
  }
  expect(outcomes).toEqual([{ one: 'ran' }, { two: 'ran' }, { one: 'ran' }, { two: 'restored' }]);
});
