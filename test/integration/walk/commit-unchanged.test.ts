import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

it('commit counts added data that is unchanged, and says so where there is none', async () => {
  const project = await createProjectHere({
    '.mlo/config.yaml': '',
    'pipeline.yaml': 'stages: {}\n',
    'data/a.csv': 'a\n',
    'data/b.csv': 'b\n',
  });
  const nothing = 'There is nothing to commit: no stages, and no added data in the workspace.\n';
  expect((await project.mlo(['commit'])).stdout).toBe(nothing);
  await project.mlo(['add', 'data/a.csv', 'data/b.csv']);
  expect((await project.mlo(['commit'])).stdout).toBe('0 committed, 2 unchanged\n');
  await project.write({ 'data/b.csv': 'bb\n' });
  expect((await project.mlo(['commit'])).stdout).toBe('✓ data/b.csv committed\n1 committed, 1 unchanged\n');
  for (const path of ['data/a.csv', 'data/b.csv']) rmSync(project.path(path));
  expect((await project.mlo(['commit'])).stdout).toBe(nothing);
});
