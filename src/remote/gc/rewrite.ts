import { EntryCompressor } from '../../cache/packs/entry-encoding.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Digest } from '../../core/content.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { ROW_BYTES } from '../../cache/packs/pack-format.ts';
import type { IndexedPack, IndexPart, IndexRow } from '../format/index-format.ts';
import { joinIndexParts, partOfPack, partOfRows } from '../format/join-index.ts';
import { areListed, type IndexSet } from '../index-set.ts';
import { indexKey, packKey } from '../keys.ts';
import { Lanes } from '../lanes.ts';
import type { RemoteLease } from '../leases.ts';
import type { Remote } from '../port.ts';
import { fetchEntries } from '../pull/fetch-entries.ts';
import { OutgoingPack, PackBuffers } from '../push/outgoing-pack.ts';
import { putIndex } from '../push/publication.ts';
import type { PackThere, RewritePlan } from './remote-plan.ts';

export interface RewriteOptions {
  readonly remote: Remote;
  readonly lease: RemoteLease;
  readonly index: IndexSet;
  /** Where copies of indexes are kept. */
  readonly indexFolder: string;
  readonly packs: ReadonlyMap<Digest, PackThere>;
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Steps done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Largest entry of a pack, bytes. */
const LARGEST_ENTRY = 256 * 1024 * 1024;

/**
 * Makes a remote what the plan says. At each moment every index names packs that are there only, and everything that was needed is in
 * an index: new packs come first, then one new index, then the indexes before it go, and packs that no index names any more at the end.
 * Killed in between, it leaves packs that nothing names, for the next gc. False, and nothing was deleted, where an index came meanwhile.
 */
export async function rewriteRemote(plan: RewritePlan, options: RewriteOptions): Promise<boolean> {
  const { remote, lease, index, indexFolder, packs } = options;
  const old = index.indexes.map(({ id }) => id);
  const moved = await repack(plan.moving, options);
  if (!(await areListed(remote, old))) return false;
  // What was written anew may have just the bytes of what was to go.
  const isMoved = new Set(moved.packs.map(({ id }) => id));
  const doomed = [...plan.unneeded, ...plan.repacked, ...plan.unknown].filter(({ id }) => !isMoved.has(id));
  const total = doomed.length + old.length;
  let done = 0;
  const step = (): void => options.onProgress?.((done += 1), total);
  if (plan.changesIndex) {
    const used = new Set(plan.rows.map(({ pack }) => pack));
    const named = [...packs.values()].filter(({ id }) => used.has(id));
    const parts = [partOfRows(named, plan.rows), ...moved.parts];
    await lease.confirm();
    const isEmpty = parts.every(({ rows }) => rows.length === 0);
    const id = isEmpty ? undefined : await putIndex(remote, indexFolder, joinIndexParts(parts, plan.recipes));
    for (const each of old) {
      if (each !== id) await remote.delete(indexKey(each));
      step();
    }
    // A list that does not show yet what another one wrote would be the end of what that names.
    if (!(await areListed(remote, id === undefined ? [] : [id]))) throw changedMeanwhile(remote);
  }
  const lanes = new Lanes(options.jobs);
  try {
    for (const { id } of doomed) {
      throwIfInterrupted(options.signal);
      await lease.confirm();
      await lanes.begin(async () => {
        await remote.delete(packKey(id));
        step();
      });
    }
  } finally {
    await lanes.end();
  }
  return true;
}

interface Moved {
  readonly parts: readonly IndexPart[];
  readonly packs: readonly IndexedPack[];
}

/** Entries of packs of which little is needed, verified, in new packs. What cannot be read ends it: nothing was deleted yet. */
async function repack(moving: readonly IndexRow[], { remote, index, jobs, signal }: RewriteOptions): Promise<Moved> {
  const parts: IndexPart[] = [];
  const packs: IndexedPack[] = [];
  if (moving.length === 0) return { parts, packs };
  const buffers = new PackBuffers();
  const compressor = new EntryCompressor();
  let pack: OutgoingPack | undefined;
  const full: OutgoingPack[] = [];
  const send = async (each: OutgoingPack): Promise<void> => {
    const { id, bytes, rows } = each.finish();
    await remote.put(packKey(id), bytes);
    const made = { id, size: bytes.length };
    packs.push(made);
    const all = Array.from({ length: rows.length / ROW_BYTES }, (_, row) => row * ROW_BYTES);
    parts.push(partOfPack(made, rows, all));
    buffers.give(bytes);
  };
  // Some of them at a time, so that packs do not pile up in memory.
  for (let from = 0; from < moving.length;) {
    let bytes = 0;
    const group: IndexRow[] = [];
    for (; from < moving.length && bytes < 32 * 1024 * 1024; from += 1) {
      const row = moving[from] as IndexRow;
      group.push(row);
      bytes += row.raw;
    }
    const requests = group.map(({ digest, raw }) => ({
      digest: Buffer.from(digest),
      most: Math.max(raw, LARGEST_ENTRY),
      size: raw,
      places: index.places(digest),
      take: (object: Buffer): void => {
        if (pack?.isFullFor(object.length) === true) full.push(pack);
        if (pack === undefined || full.includes(pack)) pack = new OutgoingPack(buffers.take(), compressor);
        pack.put(digest, object, 'file', '');
      },
    }));
    await fetchEntries(requests, {
      remote,
      jobs,
      ...(signal === undefined ? {} : { signal }),
      onFault: ({ digest }, fault, key) => {
        throw new MloError(
          'MLO_REMOTE_CORRUPT',
          `Object ${digest.toString('hex')} in ${key} is ${fault === 'gone' ? 'not there' : 'damaged'}: nothing was deleted`,
          {
            hint: 'mlo verify --remote says what else is damaged',
          },
        );
      },
    });
    for (const each of full.splice(0)) await send(each);
  }
  if (pack !== undefined) await send(pack);
  return { parts, packs };
}

function changedMeanwhile(remote: Remote): MloError {
  return new MloError(
    'MLO_REMOTE',
    `${remote.address}: an index came that was not there before, or one that was deleted is still listed; packs were left as they are`,
    {
      hint: 'Run the same command again',
    },
  );
}
