import { join } from 'node:path';
import { Journal } from './journal/journal.ts';
import { corruptFolder } from './objects/corrupt-folder.ts';
import { LooseObjects } from './objects/loose-objects.ts';
import { ObjectStore } from './objects/object-store.ts';
import { Packs } from './packs/packs.ts';

export interface StoreOptions {
  /** Absolute path of the folder that holds all objects. */
  readonly cacheDir: string;
  /** Nothing is stored, and broken objects stay where they are. */
  readonly readOnly: boolean;
}

export interface OpenStore {
  readonly store: ObjectStore;
  readonly journal: Journal;
  readonly loose: LooseObjects;
}

/** All places of one cache folder; each thread that stores or reads objects opens its own. */
export function openStore(options: StoreOptions): OpenStore {
  const { cacheDir, readOnly } = options;
  const corrupt = readOnly ? undefined : corruptFolder(join(cacheDir, 'corrupt'));
  const journal = new Journal(join(cacheDir, 'journal'), corrupt);
  const loose = new LooseObjects(join(cacheDir, 'objects'), corrupt);
  const packs = new Packs(join(cacheDir, 'packs'), corrupt);
  return { store: new ObjectStore({ journal, packs, loose, readOnly }), journal, loose };
}
