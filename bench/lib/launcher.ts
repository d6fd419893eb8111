import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '..', '..', 'bin');

/** The command line that is measured: that of another checkout as it is, or ours, built anew. */
export function launcher(other: string | undefined): string {
  if (other !== undefined) return other;
  const { status } = spawnSync(process.execPath, [join(BIN, 'build.js')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('mlo cannot be built');
  return join(BIN, 'mlo.js');
}
