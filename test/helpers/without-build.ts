import { inject } from 'vitest';

/** For the environment of commands: the bundle was built before the tests, and a thousand starts need not each look whether a source has changed. */
export function withoutBuild(): { readonly [name: string]: string | undefined } {
  return { ...(inject('isBuilt') ? { MLO_NO_BUILD: '1' } : {}), ...coverage() };
}

/** What `tools/coverage.mjs` sets. */
function coverage(): { readonly [name: string]: string | undefined } {
  const { NODE_V8_COVERAGE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  return NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE, NODE_DISABLE_COMPILE_CACHE };
}
