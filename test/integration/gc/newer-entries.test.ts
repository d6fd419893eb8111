import { expect, test } from 'vitest';
import { gc, type GcData } from '../../../src/app/gc.ts';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, RunCacheEntry } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { appContext, createProject, type TestProject } from '../../helpers/index.ts';

const NOTHING_MORE = { branches: false, tags: false, commits: 0, allCommits: false, runs: false, ignoreProjects: [] };

function cacheOf(project: TestProject): Cache {
  return openCache({ cacheDir: project.path('.mlo/cache'), stateDir: project.path('.mlo/state'), root: project.root });
}

/** The result of a run that nothing but an entry of the run-cache names: what has a `schema` of its own says it in its own way. */
async function withEntry(entryOf: (tree: Content) => object): Promise<{ readonly project: TestProject; readonly tree: Content }> {
  const project = await createProject({ '.mlo/config.yaml': '', 'model/weights.bin': 'weights', 'model/part/more.bin': 'more' });
  const cache = cacheOf(project);
  const tree = await cache.commit(project.path('model'));
  cache.runs.add(hashBytes('key'), entryOf(tree) as RunCacheEntry);
  await cache.close();
  await project.remove('model');
  return { project, tree };
}

async function collected(project: TestProject): Promise<GcData> {
  const data = await gc(appContext(project.root, { ...project.env, MLO_GC_GRACE: '0' }), { ...NOTHING_MORE, force: true });
  expect(data.done).toBe(true);
  return data;
}

test('gc keeps an entry of the run-cache that only a newer mlo understands, and all that it names', async () => {
  const { project, tree } = await withEntry(({ digest }) => ({ schema: 2, results: [{ at: 'model', what: `tree:${digest}` }] }));
  await collected(project);
  const cache = cacheOf(project);
  expect(cache.has(tree)).toBe(true);
  await cache.checkout(tree, project.path('model'));
  await cache.close();
  expect(await project.read('model/part/more.bin')).toBe('more');
});

test.each([
  ['of no schema', ({ digest }: Content) => ({ outs: { model: { digest, size: 11, kind: 'tree' } } })],
  [
    'with a path out of the project',
    ({ digest }: Content) => ({
      schema: 1,
      record: {},
      outs: { '../model': { digest, size: 11, kind: 'tree' } },
      run: { id: 'r', startedMs: 1, durationMs: 1 },
    }),
  ],
])('gc deletes an entry %s, which no mlo would take, and what only it names', async (_what, entryOf) => {
  const { project, tree } = await withEntry(entryOf);
  await collected(project);
  const cache = cacheOf(project);
  expect(cache.has(tree)).toBe(false);
  await cache.close();
});
