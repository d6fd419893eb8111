import { inject } from 'vitest';

/** For the environment of commands: the bundle was built before the tests, and a thousand starts need not each look whether a source has changed. */
export function withoutBuild(): { readonly MLO_NO_BUILD?: '1' } {
  return inject('isBuilt') ? { MLO_NO_BUILD: '1' } : {};
}
