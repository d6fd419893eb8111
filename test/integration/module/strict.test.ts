import { describe, expect, it } from 'vitest';
import { createProject, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const MODULE = `import { defineStage } from 'mlo-cli';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
export default defineStage(({ deps, outs }) => {
  appendFileSync(process.env.RAN, 'x');
  writeFileSync(outs.out, readFileSync(deps.in, 'utf8') + readFileSync(new URL('../secret.txt', import.meta.url), 'utf8'));
});
`;

function pipeline({ deps = 'in: in.txt', cache = true }: { readonly deps?: string; readonly cache?: boolean } = {}): string {
  return `stages:
  a: {run: stages/a.mjs, env: {RAN: 'ROOT/ran'}, deps: {${deps}}, outs: {out: {path: out.txt, cache: ${cache}}}}
  b: {cmd: cp out.txt b.txt, deps: [out.txt], outs: [b.txt]}
`;
}

async function projectOf(text: string): Promise<TestProject> {
  const project = await createProject({ 'stages/a.mjs': MODULE, 'secret.txt': 's', 'in.txt': 'i' });
  await project.write({ 'pipeline.yaml': text.replace('ROOT', project.root) });
  return project;
}

async function timesRun(project: TestProject): Promise<number> {
  return (await project.read('ran')).length;
}

describe('repro --strict on stages that need not run', () => {
  it('fails where an earlier run without it read what is not declared, and leaves the outs alone', async () => {
    const project = await projectOf(pipeline());
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'ran' });
    const { outcomes, result } = await repro(project, ['--strict']);
    expect(outcomes).toEqual({ a: 'failed', b: 'blocked' });
    expect(result.code).toBe(1);
    const { error } = result.json();
    expect(error.code).toBe('MLO_UNDECLARED_READ');
    expect(error.message).toContain('stages/a.mjs reads: secret.txt');
    expect(error.hint).toBe('add to pipeline.yaml:\n    deps:\n      secret: secret.txt');
    expect(await project.read('out.txt')).toBe('is');
    expect(await timesRun(project)).toBe(1);
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
  });

  it('tells without it all that is read, in one warning with the lines to add, relative to wdir', async () => {
    const project = await createProject({
      'stages/a.mjs': `import { defineStage } from 'mlo-cli';
import { readFileSync } from 'node:fs';
export default defineStage(() => { for (const name of ['one.csv', 'b/one.csv']) readFileSync(new URL('../data/' + name, import.meta.url)); });
`,
      'data/one.csv': '1',
      'data/b/one.csv': '1',
      'pipeline.yaml': 'stages:\n  a: {run: ../stages/a.mjs, wdir: data, deps: {in: in.txt}}\n',
      'data/in.txt': 'i',
    });
    const { warnings } = (await project.mlo(['repro', '--json'])).json();
    expect(warnings).toHaveLength(1);
    expect(warnings[0].message).toMatch(/^Stage 'a' read '.*one\.csv', '.*one\.csv' without declaring it/);
    expect(warnings[0].problem.hint).toBe('add to pipeline.yaml:\n    deps:\n      one: b/one.csv\n      one2: one.csv');
  });

  it('fails where the stage would be restored, and says so in a dry run', async () => {
    const project = await projectOf(pipeline());
    await repro(project);
    await project.remove('out.txt', 'pipeline.lock');
    const dry = (await project.mlo(['repro', '--strict', '--dry', '--json'])).json();
    expect(dry.data.plan[0]).toMatchObject({ state: 'blocked', reasons: [{ kind: 'undeclared', path: 'secret.txt', key: 'read' }] });
    expect((await repro(project, ['--strict'])).outcomes).toEqual({ a: 'failed', b: 'blocked' });
    expect(project.exists('out.txt')).toBe(false);
    expect((await repro(project)).outcomes).toEqual({ a: 'restored', b: 'restored' });
  });

  it('is content once the read is declared: the stage runs once more, and is then unchanged', async () => {
    const project = await projectOf(pipeline());
    await repro(project);
    await project.write({ 'pipeline.yaml': pipeline({ deps: 'in: in.txt, secret: secret.txt' }).replace('ROOT', project.root) });
    expect((await repro(project, ['--strict'])).outcomes).toEqual({ a: 'ran', b: 'unchanged' });
    expect((await repro(project, ['--strict'])).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
    expect(await timesRun(project)).toBe(2);
  });

  it.each([
    ['the cache is gone', pipeline({ deps: 'in: in.txt, secret: secret.txt' }), ['.mlo/cache']],
    ['the run-cache keeps no entry of it', pipeline({ deps: 'in: in.txt, secret: secret.txt', cache: false }), []],
  ])('runs where what it read is not known because %s', async (_why, text, removed) => {
    const project = await projectOf(text);
    await repro(project);
    await project.remove(...removed);
    expect((await repro(project)).outcomes['a']).toBe('unchanged');
    expect((await repro(project, ['--strict'])).outcomes['a']).toBe('ran');
  });
});
