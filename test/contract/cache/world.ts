import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Cache } from '../../../src/cache/types.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** What an adapter gives the suite: a cache for the project at `root`; opened again it must hold the same. */
export type OpenForContract = (root: string) => Cache;

/** A fresh project and a cache for each test. */
export interface CacheWorld {
  readonly root: string;
  readonly cache: Cache;
  at(path: string): string;
  write(path: string, bytes: string | Uint8Array, mode?: number): void;
  /** As the next command would. */
  reopen(): Promise<void>;
  /** As another process would, meanwhile. */
  another(): Cache;
}

export function cacheWorld(open: OpenForContract): CacheWorld {
  let root = '';
  let cache: Cache;

  beforeEach(async () => {
    root = await temporaryFolder('mlo-cache-');
    cache = open(root);
  });

  afterEach(async () => {
    await cache.close();
  });

  const at = (path: string): string => join(root, path);
  return {
    get root() {
      return root;
    },
    get cache() {
      return cache;
    },
    at,
    write(path, bytes, mode = 0o644) {
      mkdirSync(join(at(path), '..'), { recursive: true });
      rmSync(at(path), { force: true });
      writeFileSync(at(path), bytes, { mode });
    },
    async reopen() {
      await cache.close();
      cache = open(root);
    },
    another: () => open(root),
  };
}

export async function expectCode(work: Promise<unknown>, code: string): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code });
  return error as Error;
}
