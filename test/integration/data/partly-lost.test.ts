import { readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

test('a checkout of a folder with a lost object places everything else, and names what is lost', async () => {
  const large = 'x'.repeat(70_000);
  const project = await createProjectHere({ 'd/a': 'a', 'd/sub/large': large, 'd/sub/other': 'o' });
  await project.mlo(['init', '--template', 'empty', '--no-git']);
  await project.mlo(['add', 'd']);
  for (const name of readdirSync(project.path('.mlo/cache/objects'))) rmSync(project.path('.mlo/cache/objects', name), { recursive: true });
  await project.remove('d');
  const { code, json } = await project.mlo(['checkout', '--json']);
  expect(code).toBe(3);
  expect(json().data.targets[0].error).toContain('d/sub/large');
  expect([await project.read('d/a'), await project.read('d/sub/other'), project.exists('d/sub/large')]).toEqual(['a', 'o', false]);
  await project.write({ 'd/sub/large': 'what is there now' });
  expect((await project.mlo(['checkout', '--force'])).code).toBe(3);
  expect(await project.read('d/sub/large')).toBe('what is there now');
});
