import { openReadOnly, openWritable } from './connection.ts';
import { groupCommit } from './group-commit.ts';
import { runProcess } from './run-process.ts';
import { readSide } from './read-side.ts';
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
}

/** @throws MLO_TRACKING, MLO_FORMAT_VERSION */
export function openTracking(options: TrackingOptions): Tracking {
  const now = options.now ?? Date.now;
  if (options.readOnly === true) {
    const db = openReadOnly(options.path);
    return {
      ...readSide(db, options.path, () => {}),
      ...refusedWrites(options.path),
      reconcile: () => findDead(db, now()),
      close: () => void db.close(),
    };
  }
  const db = openWritable(options.path);
  const queue = groupCommit(options.path, createWriter(db, now));
  return {
    ...readSide(db, options.path, () => queue.commit()),
    ...writeSide(db, queue, { now, identify: () => runProcess(options) }),
    reconcile() {
      queue.commit();
      return withSqliteErrors(options.path, () => buryDead(db, now()));
    },
  };
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
    setTags: refuse,
    logArtifact: refuse,
    linkStages: refuse,
    apply: refuse,
    flush: () => {},
  };
}
