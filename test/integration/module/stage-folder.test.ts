import { expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

it.each(['worker', 'process'])('a module stands in the project root wherever mlo is started, with isolate: %s', async (isolate) => {
  const project = await createProjectHere({
    'pipeline.yaml': `stages:\n  s: {run: s.ts, isolate: ${isolate}, deps: [in.txt], outs: [out.txt]}\n`,
    's.ts': `import { defineStage } from 'mlo-cli';
import { execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
export default defineStage(() => writeFileSync('out.txt', [process.cwd(), readFileSync('in.txt'), execSync('cat in.txt')].join()));
`,
    'in.txt': 'of the root',
    'sub/in.txt': 'of the folder below',
  });
  const folder = process.cwd();
  const { code, stderr } = await project.mlo(['repro'], { cwd: 'sub' });
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('sub/in.txt')]);
  expect(await project.read('out.txt')).toBe(`${project.root},of the root,of the root`);
  expect(process.cwd()).toBe(folder);
});
