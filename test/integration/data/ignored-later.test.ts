import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

describe('what is ignored after it was added', () => {
  test('comes back and is put right by checkout like any other file', async () => {
    const project = await createProjectHere({ 'd/a': '1', 'd/b.log': 'tracked', 'd/tmp/c': 'tracked too' });
    await project.mlo(['init', '--template', 'empty', '--no-git']);
    await project.mlo(['add', 'd']);
    await project.write({ '.mloignore': '*.log\ntmp/\n' });
    expect((await project.mlo(['checkout'])).code).toBe(0);
    await project.write({ 'd/b.log': 'edited', 'd/tmp/other': 'mine' });
    expect((await project.mlo(['checkout'])).code).toBe(3);
    expect(await project.read('d/b.log')).toBe('edited');
    expect((await project.mlo(['checkout', '--force'])).code).toBe(0);
    expect(await project.read('d/b.log')).toBe('tracked');
    expect(await project.read('d/tmp/other')).toBe('mine');
  });

  test('is named before a folder that holds it gives way to a file', async () => {
    const project = await createProjectHere({ 'd/x': 'a file', 'd/y': 'y' });
    await project.mlo(['init', '--template', 'empty', '--no-git']);
    await project.mlo(['add', 'd']);
    const pointer = await project.read('d.mlo');
    await project.write({ '.mloignore': '*.log\n' });
    await project.remove('d/x');
    await project.write({ 'd/x/z': 'z', 'd/x/mine.log': 'mine' });
    await project.mlo(['add', 'd']);
    await project.write({ 'd.mlo': pointer });
    const refused = await project.mlo(['checkout', '--json']);
    expect(refused.stdout).toContain('d/x/mine.log');
    expect(await project.read('d/x/z')).toBe('z');
    await project.mlo(['checkout', '--force']);
    expect(await project.read('d/x')).toBe('a file');
  });

  test('leftovers of a killed checkout go with the next command that writes', async () => {
    const project = await createProjectHere({ 'd/a': '1' });
    await project.mlo(['init', '--template', 'empty', '--no-git']);
    await project.mlo(['add', 'd']);
    const leave = (): void => {
      mkdirSync(join(project.root, 'd/.mlo-tmp-0123456789abcdef'));
      writeFileSync(join(project.root, 'd/.mlo-tmp-0123456789abcdee'), 'half');
    };
    for (const verb of [['checkout'], ['add', 'd']]) {
      leave();
      await project.mlo(verb);
      expect(readdirSync(join(project.root, 'd')), verb[0]).toEqual(['a']);
    }
    expect(existsSync(join(project.root, 'd/a'))).toBe(true);
  });
});
