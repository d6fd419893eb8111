import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import type { EntryPointName } from '../../src/fs/entry-point.ts';

/** Those that tests start by the thousands. From `src` each start reads and strips a hundred files: ten times the work of what is tested. */
const STARTED_FROM_BUNDLE: readonly EntryPointName[] = ['cache-worker', 'spawn-helper'];

/** Asked by `src/fs/entry-point.ts` where tests import it (`vitest.config.ts`): threads are started from the bundle, as users have them. */
export function bundledEntryPoint(name: EntryPointName): URL | undefined {
  const bundled = new URL(`../../dist/${name}.js`, import.meta.url);
  return STARTED_FROM_BUNDLE.includes(name) && inject('isBuilt') && existsSync(bundled) ? bundled : undefined;
}
