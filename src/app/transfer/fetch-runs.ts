import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunId } from '../../core/run.ts';
import { BatchDamage, keyOf, runIdOf, type BatchRecord } from '../../remote/batches/batch-format.ts';
import { BatchSet, type Batch, type DamagedBatch } from '../../remote/batches/batch-set.ts';
import { openRecords } from '../../remote/batches/read-batch.ts';
import type { ImportedRun, RunState, RunStates } from '../../tracking/merge/types.ts';
import type { Tracking } from '../../tracking/types.ts';
import type { Project } from '../project.ts';
import { openForReading } from '../read-tracking.ts';
import { readLines } from '../runs/read-lines.ts';
import { runsPlace, seenPath, type Connection } from './connect.ts';
import { SeenRuns } from './seen-runs.ts';
import { statesFor } from './states-for.ts';

export interface FetchedRuns {
  /** That are new here; when nothing was to be written: that are to come. */
  readonly added: number;
  readonly changed: number;
  /** Params that have another value here: the one here stays. Canonical JSON. */
  readonly conflicts: readonly { readonly run: RunId; readonly key: string; readonly kept: string; readonly given: string }[];
  /** Batches, or runs in them, of which nothing was taken. */
  readonly damaged: readonly DamagedBatch[];
  readonly bytesReceived: number;
  readonly artifacts: readonly RunArtifactHere[];
}

interface RunArtifactHere {
  readonly run: RunId;
  readonly path: string;
  readonly content: Pick<Content, 'digest' | 'kind' | 'size'>;
  /** Of a run that has just come, or changed. */
  readonly isNew: boolean;
}

/** Batches that go away while they are read were merged into others. */
const MOST_LOOKS = 5;

/** Merges all that the remote knows of runs, and is not here, into the store. */
export async function fetchRuns(project: Project, connection: Connection, dry: boolean): Promise<FetchedRuns> {
  const states = await readStates(project, connection);
  const seen = SeenRuns.load(seenPath(project));
  const intake = new Intake(project, connection, states, seen);
  await intake.run(dry);
  const after = intake.isIdle ? states : await readStates(project, connection);
  intake.remember(after);
  project.keepState(() => seen.save());
  return {
    added: intake.added,
    changed: intake.changed.size,
    conflicts: intake.conflicts,
    damaged: intake.damaged,
    bytesReceived: intake.bytesReceived,
    artifacts: after.ended.flatMap(({ id, artifacts }) =>
      artifacts.map((artifact) => ({ run: id, ...artifact, isNew: intake.imported.has(id) })),
    ),
  };
}

async function readStates(project: Project, { settings }: Connection): Promise<RunStates> {
  const tracking = await openForReading(project);
  try {
    return statesFor(tracking, settings.name);
  } finally {
    tracking.close();
  }
}

class Intake {
  added = 0;
  readonly changed = new Set<RunId>();
  readonly conflicts: FetchedRuns['conflicts'][number][] = [];
  readonly damaged: DamagedBatch[] = [];
  /** By run the revisions that are part of what is here by now. */
  readonly imported = new Map<RunId, Set<string>>();
  bytesReceived = 0;
  readonly #project: Project;
  readonly #connection: Connection;
  readonly #states: ReadonlyMap<RunId, RunState>;
  readonly #purged: ReadonlySet<RunId>;
  readonly #seen: SeenRuns;
  readonly #failed = new Set<string>();

  constructor(project: Project, connection: Connection, { ended, purged }: RunStates, seen: SeenRuns) {
    this.#project = project;
    this.#connection = connection;
    this.#states = new Map(ended.map((state) => [state.id, state]));
    this.#purged = purged;
    this.#seen = seen;
  }

  get isIdle(): boolean {
    return this.imported.size === 0;
  }

  async run(dry: boolean): Promise<void> {
    const place = runsPlace(this.#project, this.#connection);
    for (let look = 1; look <= MOST_LOOKS; look += 1) {
      const set = await BatchSet.load(place.remote, place.folder, place.kept);
      const wanted = this.#wanted(set, dry);
      if (dry) this.#count(wanted);
      this.damaged.push(...set.damaged.filter(({ key }) => !this.damaged.some((each) => each.key === key)));
      if (dry || wanted.size === 0) return;
      const tracking = await this.#project.tracking();
      let isGone = false;
      for (const [batch, records] of wanted) isGone = !(await this.#takeBatch(tracking, batch, records)) || isGone;
      if (!isGone) return;
    }
    throw new MloError(
      'MLO_REMOTE',
      `${place.remote.address}: batches in ${place.folder} went away while they were read, ${MOST_LOOKS} times`,
      {
        hint: 'Run the command again in a while',
      },
    );
  }

  /** Notes what is part of each run now, so that it is not asked for again while nothing of it changes here. */
  remember({ ended }: RunStates): void {
    for (const { id, fingerprint } of ended) {
      const imported = this.imported.get(id);
      if (imported === undefined) continue;
      const before = this.#states.get(id);
      const known = before === undefined ? undefined : this.#seen.find(id, before.fingerprint);
      const revision = before?.fingerprint === fingerprint ? known?.revision : undefined;
      const own = known?.revision === undefined ? [] : [keyOf(known.revision)];
      this.#seen.set(id, {
        fingerprint,
        included: new Set([...(known?.included ?? []), ...own, ...imported]),
        ...(revision === undefined ? {} : { revision }),
      });
    }
  }

  /** `dry`: nothing hangs on it. */
  #wanted(set: BatchSet, dry: boolean): ReadonlyMap<Batch, readonly BatchRecord[]> {
    const wanted = new Map<Batch, BatchRecord[]>();
    for (const { batch, record } of set.records()) {
      const id = runIdOf(record.name) as RunId | undefined;
      const key = keyOf(record.revision);
      if (id === undefined || this.#purged.has(id) || this.imported.get(id)?.has(key) === true) continue;
      if (this.#failed.has(`${id} ${key}`) || this.#isKnown(id, record.revision, key, dry)) continue;
      const own = wanted.get(batch);
      if (own === undefined) wanted.set(batch, [record]);
      else own.push(record);
    }
    return wanted;
  }

  #isKnown(id: RunId, revision: Buffer, key: string, dry: boolean): boolean {
    const state = this.#states.get(id);
    const known = state === undefined ? undefined : dry ? this.#seen.last(id) : this.#seen.find(id, state.fingerprint);
    return known !== undefined && (known.included.has(key) || known.revision?.equals(revision) === true);
  }

  #count(wanted: ReadonlyMap<Batch, readonly BatchRecord[]>): void {
    const ids = new Set([...wanted.values()].flatMap((records) => records.map(({ name }) => runIdOf(name) as RunId)));
    for (const id of ids) {
      if (this.#states.has(id)) this.changed.add(id);
      else this.added += 1;
    }
  }

  /** False where it is gone. */
  async #takeBatch(tracking: Tracking, batch: Batch, wanted: readonly BatchRecord[]): Promise<boolean> {
    const { remote, signal } = this.#connection;
    try {
      const onBytes = (bytes: number): void => void (this.bytesReceived += bytes);
      const records = await openRecords(batch.tables, wanted, { remote, key: batch.key, signal, onBytes });
      if (records === undefined) return false;
      for await (const { record, pieces } of records) await this.#takeRecord(tracking, batch, record, pieces());
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error;
      for (const { name, revision } of wanted) this.#failed.add(`${runIdOf(name)} ${keyOf(revision)}`);
      this.damaged.push({ key: batch.key, message: error.message });
    }
    return true;
  }

  async #takeRecord(tracking: Tracking, batch: Batch, { name, revision }: BatchRecord, bytes: AsyncIterable<Buffer>): Promise<void> {
    const id = runIdOf(name) as RunId;
    const lines = readLines(bytes);
    try {
      const run = await tracking.exchange.importRun(lines, { only: id, signal: this.#connection.signal });
      if (run === undefined) throw new MloError('MLO_FORMAT', 'the record is empty');
      this.#note(run, keyOf(revision));
    } catch (error) {
      if (!(error instanceof MloError) || (error.code !== 'MLO_FORMAT' && error.code !== 'MLO_FORMAT_VERSION')) throw error;
      this.#failed.add(`${id} ${keyOf(revision)}`);
      this.damaged.push({ key: batch.key, message: `run ${id}: ${error.message}` });
    } finally {
      await lines.return(undefined);
    }
  }

  #note({ id, outcome, conflicts }: ImportedRun, revision: string): void {
    const own = this.imported.get(id);
    if (own === undefined) this.imported.set(id, new Set([revision]));
    else own.add(revision);
    if (outcome === 'added') this.added += 1;
    else if (outcome === 'changed' && own === undefined) this.changed.add(id);
    for (const conflict of conflicts) this.conflicts.push({ run: id, ...conflict });
  }
}
