import { relative } from 'node:path';
import type { Cache } from '../cache/types.ts';
import { isTracing, trace } from '../fs/trace.ts';

/** The same cache; where the command is profiled, with a span for each phase of its work. */
export function traceCache(cache: Cache, root: string): Cache {
  if (!isTracing()) return cache;
  const named = (verb: string, path: string): string => `${verb} ${relative(root, path)}`;
  return {
    ...cache,
    observe: (path, options) => trace(named('observe', path), () => cache.observe(path, options)),
    observeEntries: (path, options) => trace(named('observe', path), () => cache.observeEntries(path, options)),
    commit: (path, options) => trace(named('store', path), () => cache.commit(path, options)),
    checkout: (content, path, options) => trace(named('checkout', path), () => cache.checkout(content, path, options)),
    flush: () => trace('flush', () => cache.flush()),
    close: () => trace('close cache', () => cache.close()),
  };
}
