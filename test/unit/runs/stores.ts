import { join } from 'node:path';
import type { ImportedRun, SourceLine } from '../../../src/tracking/merge/types.ts';
import { openTracking, type TrackingOptions } from '../../../src/tracking/open.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { scratchFolder } from '../../faults/lib/scratch-folder.ts';

export function storePath(): string {
  return join(scratchFolder('mlo-runs-'), 'tracking.db');
}

/** A store of its own; the same user and process wherever it stands. */
export function openStore(options: Partial<TrackingOptions> = {}): Tracking {
  return openTracking({ path: storePath(), host: 'desk', user: 'anna', pid: 4242, ...options });
}

export function exported(store: Tracking, id: string): string {
  return [...store.exchange.export(id)].join('');
}

/** Everything that a store knows of its runs. */
export function contentsOf(store: Tracking): { readonly [id: string]: string } {
  const ids = store.exchange.select({ all: true }).toSorted();
  return Object.fromEntries(ids.map((id) => [id, exported(store, id)]));
}

export async function imported(
  store: Tracking,
  text: string,
  options: { readonly revive?: boolean } = {},
): Promise<readonly ImportedRun[]> {
  const lines = linesOf(text);
  const runs: ImportedRun[] = [];
  for (;;) {
    const run = await store.exchange.importRun(lines, options);
    if (run === undefined) return runs;
    runs.push(run);
  }
}

async function* linesOf(text: string): AsyncGenerator<SourceLine> {
  if (text === '') return;
  for (const [at, line] of text.replace(/\n$/, '').split('\n').entries()) yield { text: line, number: at + 1 };
}
