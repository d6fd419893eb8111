import { expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const NO_GRACE = { MLO_GC_GRACE: '0' };

test('gc says what was set aside as broken; what is older than the grace period goes with --force', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'a.txt': 'a' });
  expect((await project.mlo(['add', 'a.txt'])).code).toBe(0);
  await project.write({ '.mlo/cache/corrupt/one': Buffer.alloc(2_000_000), '.mlo/cache/corrupt/two': 'two' });
  const young = await project.mlo(['gc']);
  expect([young.code, young.stdout]).toEqual([0, expect.stringContaining('Set aside as broken: 2 files, 2')]);
  expect((await project.mlo(['gc', '--force'])).code).toBe(0);
  expect(project.exists('.mlo/cache/corrupt/one')).toBe(true);

  const dry = await project.mlo(['gc', '--json'], { env: NO_GRACE });
  expect(dry.json().data.corrupt).toEqual({ files: 2, bytes: 2_000_003, old: { files: 2, bytes: 2_000_003 } });
  expect(project.exists('.mlo/cache/corrupt/one')).toBe(true);
  const shown = await project.mlo(['gc'], { env: NO_GRACE });
  expect([shown.stdout, shown.stderr]).toEqual([expect.stringContaining('would be deleted'), expect.stringContaining('mlo gc --force')]);

  const forced = await project.mlo(['gc', '--force'], { env: NO_GRACE });
  expect([forced.code, forced.stdout]).toEqual([0, expect.stringMatching(/Freed 2\.0 MB/)]);
  expect([project.exists('.mlo/cache/corrupt/one'), project.exists('.mlo/cache/corrupt/two')]).toEqual([false, false]);
  expect((await project.mlo(['gc'], { env: NO_GRACE })).stdout).not.toContain('Set aside');
});
