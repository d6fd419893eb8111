import { describe, expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const CACHED = `stages:
  a:
    cmd: mkdir -p sub; echo a > a.txt; echo b > sub/b.txt; echo c > 'own name.txt'
    outs: [a.txt, sub/b.txt, own name.txt]
`;
const UNCACHED = CACHED.replace(
  '[a.txt, sub/b.txt, own name.txt]',
  '[a.txt: {cache: false}, sub/b.txt: {cache: false}, own name.txt: {cache: false}]',
);

describe('the .gitignore lines of outs', () => {
  it('go with the next repro once an out is not cached any more, also where nothing runs', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': CACHED, '.gitignore': '/dist\n' });
    await repro(project);
    expect(await project.read('.gitignore')).toBe('/dist\n/a.txt\n/own name.txt\n');
    expect(await project.read('sub/.gitignore')).toBe('/b.txt\n');
    await project.write({ 'pipeline.yaml': UNCACHED });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    expect(await project.read('.gitignore')).toBe('/dist\n');
    expect(project.exists('sub/.gitignore')).toBe(false);
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
  });

  it('stay where the user has written them', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': CACHED, '.gitignore': '/a.txt\n' });
    await repro(project);
    await project.write({ 'pipeline.yaml': UNCACHED });
    await repro(project);
    expect(await project.read('.gitignore')).toBe('/a.txt\n');
  });

  it('are written again with a later change back, and stay where nobody remembers who wrote them', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': CACHED });
    await repro(project);
    await project.write({ 'pipeline.yaml': UNCACHED });
    await repro(project);
    await project.write({ 'pipeline.yaml': CACHED });
    await repro(project, ['--force']);
    const lines = '/a.txt\n/own name.txt\n';
    expect(await project.read('.gitignore')).toBe(lines);
    await project.remove('.mlo/state');
    await project.write({ 'pipeline.yaml': UNCACHED });
    await repro(project);
    expect(await project.read('.gitignore')).toBe(lines);
  });

  it.each(['checkout', 'repro'])('come back with the outs when a folder was removed with its .gitignore, by %s', async (verb) => {
    const project = await createProjectHere({ 'pipeline.yaml': CACHED });
    await repro(project);
    await project.remove('sub');
    expect((await project.mlo([verb])).code).toBe(0);
    expect(await project.read('sub/b.txt')).toBe('b\n');
    expect(await project.read('sub/.gitignore')).toBe('/b.txt\n');
  });

  it('stand in the order of before, so that nothing changes for Git', async () => {
    const project = await createProjectHere({
      'pipeline.yaml':
        "stages: {z: {cmd: 'echo z > sub/z.txt', outs: [sub/z.txt]}, a: {cmd: 'cp sub/z.txt sub/a.txt', deps: [sub/z.txt], outs: [sub/a.txt]}}\n",
    });
    await repro(project);
    const lines = await project.read('sub/.gitignore');
    await project.remove('sub');
    await project.mlo(['checkout']);
    expect(await project.read('sub/.gitignore')).toBe(lines);
    expect(lines).toBe('/z.txt\n/a.txt\n');
  });

  it('are not written into an out when a part of it is checked out', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': "stages: {a: {cmd: 'mkdir -p out; echo a > out/a.txt', outs: [out]}}\n" });
    await repro(project);
    await project.remove('out/a.txt');
    expect((await project.mlo(['checkout', 'out/a.txt'])).code).toBe(0);
    expect(project.exists('out/.gitignore')).toBe(false);
    expect(await project.read('.gitignore')).toBe('/out\n');
  });
});
