import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Workspace } from '../../../src/app/workspace.ts';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import { OutIndex } from '../../../src/core/graph/graph.ts';
import type { Stage } from '../../../src/core/stage.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { stageFrom } from '../pipeline/pipeline-files.ts';

/** `onLink` is called in the middle of a look, at each link that it meets. */
function workspaceOf(root: string, stages: readonly Stage[], onLink: () => unknown = () => undefined): Workspace {
  const cache = openCache({ cacheDir: join(root, '.mlo/cache'), stateDir: join(root, '.mlo/state'), root });
  const observe: Cache['observe'] = async (path, options) =>
    await cache.observe(path, {
      ...options,
      onLink: () => {
        options?.onLink?.();
        onLink();
      },
    });
  return new Workspace(
    root,
    { ...cache, observe },
    () => {},
    new OutIndex(stages),
    async () => new Map(),
  );
}

test('an out with links is a dep by the bytes behind them, also where another stage looks at it at the same time', async () => {
  const outside = await temporaryFolder();
  writeFileSync(join(outside, 'far'), 'bytes');
  const root = await temporaryFolder();
  mkdirSync(join(root, 'out'));
  symlinkSync(join(outside, 'far'), join(root, 'out/link'));
  const stages = [stageFrom('cmd: x\nouts: [out]')];

  const alone = await workspaceOf(root, stages).lookAtDep('out');
  let second: Promise<unknown> | undefined;
  const shared: Workspace = workspaceOf(root, stages, () => (second ??= shared.lookAtDep('out')));
  expect(await shared.lookAtDep('out')).toEqual(alone);
  expect(await second).toEqual(alone);
  expect(await shared.lookAtOut('out')).not.toEqual(alone);
});

test('a dep that another stage is looking at again is not taken for what it was before', async () => {
  const root = await temporaryFolder();
  writeFileSync(join(root, 'data'), 'before');
  const [first, second] = [stageFrom('cmd: x\ndeps: [data]'), stageFrom('cmd: y\ndeps: [data]')];
  const workspace = workspaceOf(root, [first, second]);
  await workspace.observe([first, second]);
  const before = workspace.deps.get('data');
  const ends = workspace.commandStarts();
  writeFileSync(join(root, 'data'), 'changed by the command');
  ends();

  const looking = workspace.refresh(first);
  await workspace.refresh(second);
  expect(workspace.deps.get('data')).not.toEqual(before);
  await looking;
});
