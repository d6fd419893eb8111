import { join } from 'node:path';
import { openCache } from '../../../src/cache/open.ts';
import type { LinkType } from '../../../src/cache/types.ts';
import { describeCacheContract } from './contract.ts';

function open(link: readonly LinkType[]) {
  return (root: string) => openCache({ cacheDir: join(root, '.mlo', 'cache'), stateDir: join(root, '.mlo', 'state'), root, link });
}

describeCacheContract('copies', open(['reflink', 'copy']));
describeCacheContract('hard links', open(['hardlink', 'copy']));
describeCacheContract('symlinks', open(['symlink', 'copy']));
