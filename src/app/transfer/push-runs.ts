import type { Content } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import { createHasher } from '../../fs/hash.ts';
import { keyOf, nameOf, runIdOf } from '../../remote/batches/batch-format.ts';
import { BatchSet, type DamagedBatch } from '../../remote/batches/batch-set.ts';
import { mergeBatches, sendRecords } from '../../remote/batches/send-batches.ts';
import type { RunState } from '../../tracking/merge/types.ts';
import type { Tracking } from '../../tracking/types.ts';
import type { Project } from '../project.ts';
import { openForReading } from '../read-tracking.ts';
import { runsPlace, seenPath, type Connection } from './connect.ts';
import { SeenRuns } from './seen-runs.ts';
import { statesFor, type StatesFor } from './states-for.ts';

/** What of the runs here a remote does not have. To be closed. */
export interface RunsPush {
  readonly toSend: number;
  readonly there: number;
  /** In progress, or below such a one: they wait. */
  readonly open: number;
  readonly damaged: readonly DamagedBatch[];
  /** Artifacts of all runs that are to be there. */
  readonly artifacts: readonly {
    readonly run: RunId;
    /** The remote has the run as it is: of what it keeps nobody is told again that it is gone. */
    readonly isTold: boolean;
    readonly path: string;
    readonly content: Pick<Content, 'digest' | 'kind' | 'size'>;
  }[];
  readonly keepsBack: StatesFor['keepsBack'];
  /** After the artifacts. Returns the bytes that went. */
  send(): Promise<number>;
  close(): void;
}

export async function openRunsPush(project: Project, connection: Connection, isThere: boolean): Promise<RunsPush> {
  const place = runsPlace(project, connection);
  const set = isThere ? await BatchSet.load(connection.remote, place.folder, place.kept) : BatchSet.none;
  const damaged = new Set(set.damaged.map(({ key }) => key));
  const tracking = await openForReading(project);
  try {
    const { ended, open, keepsBack } = statesFor(tracking, connection.settings.name);
    const seen = SeenRuns.load(seenPath(project));
    const waiting = ended.filter((state) => !isOnRemote(tracking, set, seen, state));
    const waitingIds = new Set(waiting.map(({ id }) => id));
    project.keepState(() => seen.save());
    return {
      toSend: waiting.length,
      there: ended.length - waiting.length,
      open,
      get damaged() {
        return set.damaged.filter(({ key }) => damaged.has(key));
      },
      keepsBack,
      artifacts: ended.flatMap(({ id, artifacts }) => artifacts.map((artifact) => ({ run: id, isTold: !waitingIds.has(id), ...artifact }))),
      async send() {
        const states = new Map(waiting.map((state) => [state.id, state]));
        let bytes = 0;
        try {
          bytes = await sendRecords({ ...place, damaged }, outgoing(tracking, waiting), (name, revision) => {
            const state = states.get(runIdOf(name) as RunId) as RunState;
            const included = seen.find(state.id, state.fingerprint)?.included ?? new Set<string>();
            seen.set(state.id, { fingerprint: state.fingerprint, revision, included });
          });
        } finally {
          project.keepState(() => seen.save());
        }
        const byId = new Map(ended.map((state) => [state.id, state]));
        await mergeBatches(place, set, ({ name, revision }) => {
          const state = byId.get(runIdOf(name) as RunId);
          const known = state === undefined ? undefined : seen.find(state.id, state.fingerprint);
          // The run's own revision is on the remote by now.
          return known?.revision !== undefined && !known.revision.equals(revision) && known.included.has(keyOf(revision));
        });
        return bytes;
      },
      close: () => tracking.close(),
    };
  } catch (error) {
    tracking.close();
    throw error;
  }
}

/** An export is made only where the remote has the run and what it says here is not known. */
function isOnRemote(tracking: Tracking, set: BatchSet, seen: SeenRuns, { id, fingerprint }: RunState): boolean {
  const name = nameOf(id);
  const known = seen.find(id, fingerprint);
  if (known?.revision !== undefined) return set.has(name, known.revision);
  if (!set.hasName(name)) return false;
  const revision = revisionOf(tracking, id);
  seen.set(id, { fingerprint, revision, included: known?.included ?? new Set() });
  return set.has(name, revision);
}

function revisionOf(tracking: Tracking, id: RunId): Buffer {
  const hasher = createHasher();
  for (const line of tracking.exchange.export(id)) hasher.update(Buffer.from(line));
  return Buffer.from(hasher.digest(), 'hex');
}

function* outgoing(tracking: Tracking, states: readonly RunState[]) {
  const needs = new Map(states.map(({ id, artifacts }) => [id, artifacts.map(({ content }) => content)]));
  for (const { id, lines } of tracking.exchange.exportAll([...needs.keys()]))
    yield { name: nameOf(id), pieces: () => bytesOf(lines), needs: needs.get(id) ?? [] };
}

function* bytesOf(lines: Iterable<string>): Generator<Buffer> {
  for (const line of lines) yield Buffer.from(line);
}
