import { parseEntry } from '../../cache/run-cache.ts';
import type { Cache } from '../../cache/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import { fromLocked } from '../../core/lock/types.ts';
import type { RunId } from '../../core/run.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { digestBytes } from '../../fs/hash.ts';
import type { Need } from '../../remote/batches/batch-format.ts';
import { BatchSet, type DamagedBatch } from '../../remote/batches/batch-set.ts';
import { mergeBatches, sendRecords, type OutgoingRecord } from '../../remote/batches/send-batches.ts';
import type { Wanted } from '../../remote/push/plan-push.ts';
import { resultsPlace, type Connection } from './connect.ts';
import { isHere } from './is-here.ts';

/** What of the run-cache a remote does not have. */
export interface ResultsPush {
  readonly toSend: number;
  readonly there: number;
  readonly damaged: readonly DamagedBatch[];
  /** Outs of those that are to be sent, and those that results on the remote need and that it has lost. */
  readonly contents: readonly Wanted[];
  /** After their outs: those of which the remote has all. Returns how many, and the bytes that went. */
  send(hasAll: (content: Content) => boolean): Promise<{ readonly sent: number; readonly bytes: number }>;
}

type Stays = (run: RunId, path: ProjectPath) => boolean;

interface Waiting {
  readonly name: Buffer;
  readonly bytes: Buffer;
  readonly outs: readonly Content[];
}

/** `isOwn`: the run that made the result belongs to this project, where the cache is one of several; `stays`: what that run made at that path is not for this remote. */
export async function openResultsPush(
  cache: Cache,
  connection: Connection,
  isThere: boolean,
  isOwn: (run: RunId) => boolean,
  isOnRemote: (digest: Digest) => boolean,
  stays: Stays,
): Promise<ResultsPush> {
  const place = resultsPlace(connection);
  const set = isThere ? await BatchSet.load(connection.remote, place.folder, place.kept) : BatchSet.none;
  const damaged = new Set(set.damaged.map(({ key }) => key));
  const waiting: Waiting[] = [];
  let there = 0;
  for (const { key, text } of cache.runs.all()) {
    const name = Buffer.from(key, 'hex');
    const bytes = recordOf(text);
    if (set.has(name, digestBytes(bytes))) {
      there += 1;
      continue;
    }
    const entry = parseEntry(text);
    if (entry === undefined || !isOwn(entry.run.id) || Object.keys(entry.outs).some((path) => stays(entry.run.id, path))) continue;
    const outs = Object.values(entry.outs).map((locked) => fromLocked(locked));
    // One of which something is nowhere is a miss for everybody.
    if (outs.every((content) => isOnRemote(content.digest) || isHere(cache, content))) waiting.push({ name, bytes, outs });
  }
  return {
    toSend: waiting.length,
    there,
    get damaged() {
      return set.damaged.filter(({ key }) => damaged.has(key));
    },
    contents: [...waiting.flatMap(({ outs }) => outs), ...lostOuts(cache, set, isOnRemote, stays)],
    async send(hasAll) {
      const whole = waiting.filter(({ outs }) => outs.every(hasAll));
      const records = whole.map(({ name, bytes, outs }): OutgoingRecord => ({ name, pieces: () => [bytes], needs: outs }));
      const bytes = await sendRecords({ ...place, damaged }, records);
      await mergeBatches(place, set, () => false);
      return { sent: whole.length, bytes };
    },
  };
}

/** What a repair has taken out of the index: results there need it, and it is whole here. */
function lostOuts(cache: Cache, { batches }: BatchSet, isOnRemote: (digest: Digest) => boolean, stays: Stays): readonly Need[] {
  const lost = new Map<Digest, Need>();
  for (const { tables } of batches) for (const need of tables.needs) if (!isOnRemote(need.digest)) lost.set(need.digest, need);
  const staying = lost.size === 0 ? new Set<Digest>() : digestsStaying(cache, stays);
  return [...lost.values()].filter((need) => {
    if (staying.has(need.digest)) return false;
    const size = cache.objects.sizeOf(need.digest);
    return size !== undefined && isHere(cache, { ...need, size });
  });
}

function digestsStaying(cache: Cache, stays: Stays): ReadonlySet<Digest> {
  const entries = [...cache.runs.all()].flatMap(({ text }) => parseEntry(text) ?? []);
  const staying = entries.flatMap(({ run, outs }) => Object.entries(outs).filter(([path]) => stays(run.id, path)));
  return new Set(staying.map(([, locked]) => fromLocked(locked).digest));
}

export function recordOf(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}
