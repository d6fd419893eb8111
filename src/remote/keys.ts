import type { Digest } from '../core/content.ts';

/** Where everything lies on a remote; the same for all projects that share it. */
export const FORMAT_KEY = 'format.json';
export const INDEX_FOLDER = 'index/';
const PACKS_FOLDER = 'packs/';

/** `id`: BLAKE3 of the whole pack. */
export function packKey(id: Digest): string {
  return `${PACKS_FOLDER}${id.slice(0, 2)}/${id}`;
}

/** `id`: BLAKE3 of the whole index. */
export function indexKey(id: Digest): string {
  return `${INDEX_FOLDER}${id}`;
}

export const RUN_CACHE_FOLDER = 'run-cache/';

/** Of batches of runs. `space`: as the configuration checked it. */
export function runsFolder(space: string): string {
  return `runs/${space}/`;
}
