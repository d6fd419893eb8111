import { describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const MODULE = (imported: string): string => `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
${imported}
export default defineStage(({ outs }) => writeFileSync(outs['b.txt'], 'V=' + V));
`;
const WRITES = '  a: {cmd: \'echo "export const V = ${v};" > gen.mjs\', outs: [gen.mjs]}\n';
const IMPORTS = '  b: {run: b.mjs, outs: [b.txt]}\n';
const DECLARES = '  b: {run: b.mjs, deps: [gen.mjs], outs: [b.txt]}\n';

async function projectOf(...stages: readonly string[]): Promise<TestProject> {
  return await createProjectHere({
    'b.mjs': MODULE("import { V } from './gen.mjs';"),
    'gen.mjs': 'export const V = 0;\n',
    'params.yaml': 'v: 1\n',
    'pipeline.yaml': `stages:\n${stages.join('')}`,
  });
}

describe('a module that another stage writes', () => {
  it.each([
    ['before', [WRITES, IMPORTS]],
    ['after', [IMPORTS, WRITES]],
  ])('must be declared by the stage that imports it, also where that stage stands %s it', async (_where, stages) => {
    const project = await projectOf(...stages);
    const { json, outcomes } = await repro(project, ['--keep-going']);
    expect(outcomes).toMatchObject({ a: 'ran', b: 'failed' });
    expect(json.data?.stages.find(({ name }) => name === 'b')?.error).toMatchObject({
      code: 'MLO_UNDECLARED_READ',
      message: "Stage 'b' depends on what it does not declare:\n  b.mjs imports what another stage writes: gen.mjs",
      hint: 'add to pipeline.yaml:\n    deps:\n      - gen.mjs',
    });
  });

  it('that is declared changes what imports it in the same repro', async () => {
    const project = await projectOf(DECLARES, WRITES);
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'ran' });
    expect((await repro(project, ['-S', 'v=2', '-j', '2'])).outcomes).toEqual({ a: 'ran', b: 'ran' });
    expect(await project.read('b.txt')).toBe('V=2');
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
  });

  it('is none that the lock knows by hand: where a stage comes to write it, what imports it is refused, and runs once it does not', async () => {
    const project = await projectOf(IMPORTS);
    expect((await repro(project)).outcomes).toEqual({ b: 'ran' });
    await project.write({ 'pipeline.yaml': `stages:\n${IMPORTS}${WRITES}` });
    expect((await repro(project, ['b'])).outcomes).toEqual({ b: 'failed' });
    expect((await project.mlo(['status'])).stdout).toContain('undeclared import: gen.mjs');
    expect(await project.read('b.txt')).toBe('V=0');
    await project.write({ 'b.mjs': MODULE('const V = 3;') });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'ran' });
    expect((await repro(project, ['-S', 'v=2', '-j', '2'])).outcomes).toEqual({ a: 'ran', b: 'unchanged' });
  });
});
