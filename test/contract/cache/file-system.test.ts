import { join } from 'node:path';
import { openCache } from '../../../src/cache/open.ts';
import { openStore } from '../../../src/cache/open-store.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import { describeCacheContract } from './contract.ts';

function open(link: readonly LinkType[]) {
  return (root: string): Cache => openCache({ cacheDir: cacheDirOf(root), stateDir: join(root, '.mlo', 'state'), root, link });
}

function cacheDirOf(root: string): string {
  return join(root, '.mlo', 'cache');
}

/** Small objects that a command has left in the journal are in packs when the next one comes. */
function openPacked(root: string): Cache {
  const cache = open(['reflink', 'copy'])(root);
  return {
    ...cache,
    async close() {
      await cache.close();
      const { store, journal } = openStore({ cacheDir: cacheDirOf(root), readOnly: false });
      await journal.moveToPacks(store.packs);
      store.packs.close();
    },
  };
}

/** Each command has other settings than the one before: objects lie in the journal, in packs and in files. */
function openMixed(): (root: string) => Cache {
  let turn = 0;
  return (root) => {
    turn += 1;
    return turn % 3 === 0 ? open(['hardlink', 'copy'])(root) : turn % 3 === 1 ? openPacked(root) : open(['reflink', 'copy'])(root);
  };
}

describeCacheContract('copies, small objects in the journal', open(['reflink', 'copy']));
describeCacheContract('copies, small objects in packs', openPacked);
describeCacheContract('hard links', open(['hardlink', 'copy']));
describeCacheContract('symlinks', open(['symlink', 'copy']));
describeCacheContract('settings that change between commands', openMixed());
