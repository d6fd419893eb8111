import { MloError } from '../../core/errors/mlo-error.ts';
import { writeFormat } from '../format/remote-format.ts';
import { IndexSet } from '../index-set.ts';
import { FORMAT_KEY } from '../keys.ts';
import type { Remote } from '../port.ts';
import { listBatches, verifyBatches } from './verify-batches.ts';

/** Writes the format of this version again where what lies there has just that format. Throws MLO_REMOTE_CORRUPT where that cannot be told, MLO_FORMAT_VERSION. */
export async function restoreFormat(remote: Remote, signal?: AbortSignal): Promise<void> {
  const { indexes } = await IndexSet.loadSound(remote, () => {});
  const batches = await listBatches(remote);
  const { findings } = await verifyBatches(remote, batches, 0, signal);
  const newer = findings.find(({ isNewer }) => isNewer);
  if (newer !== undefined) {
    throw new MloError(
      'MLO_REMOTE_CORRUPT',
      `${remote.address}/${FORMAT_KEY} is gone, and ${newer.key} is not of the version that this mlo knows`,
      { hint: 'Update mlo: npm install mlo-cli@latest' },
    );
  }
  if (indexes.length + batches.length - findings.length === 0) {
    throw new MloError(
      'MLO_REMOTE_CORRUPT',
      `${remote.address}/${FORMAT_KEY} is gone, and no index or batch there can be read: their version is not known`,
      {
        hint: `Use another address: mlo remote modify <name> url <address>, then mlo push. Or delete all below index/, runs/ and run-cache/ there, then mlo push`,
      },
    );
  }
  await writeFormat(remote);
}
