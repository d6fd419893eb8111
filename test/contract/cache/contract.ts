import { describe } from 'vitest';
import { describeBytesAndRuns } from './bytes-and-runs.ts';
import { describeCheckout } from './checkout.ts';
import { describeFiles } from './files.ts';
import { describeFolders } from './folders.ts';
import { cacheWorld, type OpenForContract } from './world.ts';

/** Every adapter of the port `Cache` must pass this. */
export function describeCacheContract(name: string, open: OpenForContract): void {
  describe(`cache contract: ${name}`, () => {
    const world = cacheWorld(open);
    describeFiles(world);
    describeFolders(world);
    describeCheckout(world);
    describeBytesAndRuns(world);
  });
}
