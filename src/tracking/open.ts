import { openAccess, type Access } from './access.ts';
import { boundLog } from './bound-log.ts';
import { closeOnFailure, openReadOnly, openWritable, type Connection, type FindNetwork } from './connection.ts';
import { runEdits } from './edits/run-edits.ts';
import { openExperiments } from './experiments/experiments.ts';
import { groupCommit } from './group-commit.ts';
import { openExchange } from './merge/exchange.ts';
import { runProcess } from './run-process.ts';
import { readSide, type ReadSide } from './read-side.ts';
import { buryDead, findDead } from './reconcile.ts';
import { withSqliteErrors } from './sqlite-errors.ts';
import type { Tracking } from './types.ts';
import { createWriter } from './writer.ts';
import { writeSide, type WriteSide } from './write-side.ts';

export interface TrackingOptions {
  /** The database file; made with its folder where it is missing, unless `readOnly`. */
  readonly path: string;
  /** Creates nothing and never holds up a writer; a missing database reads as an empty one. */
  readonly readOnly?: boolean;
  readonly host?: string;
  readonly user?: string;
  readonly pid?: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly findNetwork?: FindNetwork;
}

/** @throws MLO_TRACKING, MLO_FORMAT_VERSION */
export function openTracking(options: TrackingOptions): Tracking {
  const { path, findNetwork } = options;
  const isReader = options.readOnly === true;
  const db = isReader ? openReadOnly(path, findNetwork) : openWritable(path, findNetwork);
  // Statements are made here, and need the tables that they are about.
  return withSqliteErrors(path, () => closeOnFailure(db, () => (isReader ? reader(db, options) : writer(db, options))));
}

function reader(db: Connection, { path, now = Date.now }: TrackingOptions): Tracking {
  return {
    ...parts(openAccess({ db, path, now })),
    ...refusedWrites(path),
    reconcile: () => withSqliteErrors(path, () => findDead(db, now())),
    close: () => void db.close(),
  };
}

function writer(db: Connection, options: TrackingOptions): Tracking {
  const { now = Date.now } = options;
  const write = createWriter(db, now);
  const queue = groupCommit(options.path, (writes, busyMs) => {
    const refused = write(writes, busyMs);
    boundLog(db, options.path);
    return refused;
  });
  return {
    ...parts(openAccess({ db, path: options.path, now, commit: () => queue.commit() })),
    ...writeSide(db, queue, { now, identify: () => runProcess(options) }),
    reconcile() {
      queue.commit();
      return withSqliteErrors(options.path, () => buryDead(db, now()));
    },
  };
}

function parts(access: Access): ReadSide & Pick<Tracking, 'edits' | 'experiments' | 'exchange'> {
  return { ...readSide(access), edits: runEdits(access), experiments: openExperiments(access), exchange: openExchange(access) };
}

/** Writing through a read-only handle is a mistake of ours, not of the user. */
function refusedWrites(path: string): Omit<WriteSide, 'close'> {
  const refuse = (): never => {
    throw new Error(`${path} is opened read-only`);
  };
  return {
    startRun: refuse,
    finishRun: refuse,
    logParams: refuse,
    logMetrics: refuse,
    logBatches: refuse,
    setTags: refuse,
    logArtifact: refuse,
    logInputs: refuse,
    logModel: refuse,
    linkStages: refuse,
    apply: refuse,
    flush: () => {},
  };
}
