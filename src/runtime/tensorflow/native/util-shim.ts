import { createRequire } from 'node:module';

/**
 * tfjs-node 4.22.0 calls `util.isNullOrUndefined`, which Node 23 removed, and `util.isArray`, which warns. On the object
 * that CommonJS modules share; an ESM namespace cannot be written to.
 */
export function shimUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: unknown; isArray?: unknown };
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
