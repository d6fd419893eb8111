import type { Digest } from '../core/content.ts';

/** Where everything lies on a remote; the same for all projects that share it. */
export const FORMAT_KEY = 'format.json';
export const INDEX_FOLDER = 'index/';
export const LEASES_FOLDER = 'leases/';
/** Batches of runs, in a folder for each space. */
export const RUNS_FOLDER = 'runs/';
/** Batches of entries of the run-cache. */
export const RUN_CACHE_FOLDER = 'run-cache/';
export const PROBE_FOLDER = 'probe/';
export const PACKS_FOLDER = 'packs/';

/** `id`: BLAKE3 of the whole pack. */
export function packKey(id: Digest): string {
  return `${PACKS_FOLDER}${id.slice(0, 2)}/${id}`;
}

/** `id`: BLAKE3 of the whole index. */
export function indexKey(id: Digest): string {
  return `${INDEX_FOLDER}${id}`;
}

/** Of batches of runs. `space`: as the configuration checked it. */
export function runsFolder(space: string): string {
  return `${RUNS_FOLDER}${space}/`;
}
