import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import { entryPoint as sourceEntryPoint, type EntryPointName } from '../../src/fs/entry-point.ts';

export * from '../../src/fs/entry-point.ts';

/** Those that tests start by the thousands. From `src` each start reads and strips a hundred files: ten times the work of what is tested. */
const STARTED_FROM_BUNDLE: readonly EntryPointName[] = ['cache-worker', 'spawn-helper'];

/** In the place of `src/fs/entry-point.ts` wherever tests import it (`vitest.config.ts`): threads are started from the bundle, as users have them. */
export function entryPoint(name: EntryPointName): URL {
  const bundled = new URL(`../../dist/${name}.js`, import.meta.url);
  return STARTED_FROM_BUNDLE.includes(name) && inject('isBuilt') && existsSync(bundled) ? bundled : sourceEntryPoint(name);
}
