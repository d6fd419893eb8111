import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject, REPOSITORY } from '../../helpers/index.ts';
import { s3Server } from '../../helpers/s3-server.ts';

it('the example pushes the iris project to a real server, and its clone has nothing to run', async () => {
  // Skips where the server is not installed.
  await s3Server();
  const project = await createProject();
  const env = { MLO_TEST_CACHE: process.env['MLO_TEST_CACHE'] ?? join(process.env['HOME'] ?? '', '.cache', 'mlo-test') };
  const { code, stdout, stderr } = await project.run(join(REPOSITORY, 'examples', 'share-through-s3'), [], { env });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/pushed \d+ files/);
  expect(stdout).toMatch(/pushed 6 runs, 5 results/);
  expect(stdout).toMatch(/fetched 6 new runs, 5 results/);
  expect(stdout).toMatch(/== there: the runs of the first machine\nRun .*\n[0-9a-f]{8} .* repro .*FINISHED/);
  expect(stdout).toContain('5 stages: 5 unchanged');
  expect(stdout).toMatch(/== the clone is up to date\n$/);
});
