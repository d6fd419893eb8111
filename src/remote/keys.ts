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

/** Below which everything of mlo lies, but for its format. */
export const KEY_FOLDERS = [PACKS_FOLDER, INDEX_FOLDER, RUNS_FOLDER, RUN_CACHE_FOLDER, LEASES_FOLDER, PROBE_FOLDER] as const;

const OWN_KEY = /^(?:packs\/[0-9a-f]{2}|index|runs\/[0-9a-z][0-9a-z.-]*|run-cache)\/(?:[0-9a-f]{64})?$|^(?:leases|probe)\/[0-9a-z-]*$/;

/** A key that mlo puts something at, or the folder of such keys: others may have their own on the same remote. */
export function isOwnKey(key: string): boolean {
  return OWN_KEY.test(key);
}
