import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backendStatus } from '../../../src/app/backend/status.ts';
import { nativePlaces } from '../../../src/runtime/tensorflow/native/places.ts';
import { appContext, createProject, temporaryFolder } from '../../helpers/index.ts';

it('backend status counts a library once that several builds share', async () => {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': 'stages: {}\n' });
  const env = { XDG_CACHE_HOME: await temporaryFolder() };
  const { builds } = nativePlaces(env);
  for (const build of ['one', 'two']) mkdirSync(join(builds, build), { recursive: true });
  writeFileSync(join(builds, 'one/libtensorflow.so.2'), Buffer.alloc(1000));
  linkSync(join(builds, 'one/libtensorflow.so.2'), join(builds, 'two/libtensorflow.so.2'));
  symlinkSync('/etc/hosts', join(builds, 'two/link'));
  writeFileSync(join(builds, 'two/stamp.json'), '{}');
  expect((await backendStatus(appContext(project.root, env))).cache.bytes).toBe(1000 + '/etc/hosts'.length + '{}'.length);
});
