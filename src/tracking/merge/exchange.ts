import type { RunId } from '../../core/run.ts';
import { prepared } from '../prepared.ts';
import type { Access } from '../access.ts';
import { inPieces, pointsInOrder } from '../points/in-order.ts';
import { findRun } from '../read-runs.ts';
import { exportRun, exportRuns } from './export-run.ts';
import { importParts, importRun, type ImportParts } from './import-run.ts';
import { POINTS_A_LINE } from './record-format.ts';
import { runStates } from './run-states.ts';
import { selectRuns } from './select-runs.ts';
import type { Exchange } from './types.ts';
import { wideNames, wideRuns } from './wide-runs.ts';

const TAGGED = 'SELECT r.id, t.value FROM tags t JOIN runs r ON r.seq = t.run WHERE t.key = ? AND t.value IS NOT NULL';

export function openExchange(access: Access): Exchange {
  const { db, read } = access;
  let parts: ImportParts | undefined;
  return {
    select: (selection) => read(() => selectRuns(db, selection)),
    export: (id) => inOneState(access, () => exportRun(db, id)),
    exportAll: (ids) => inOneState(access, () => exportRuns(db, ids)),
    states: () => read(() => runStates(db)),
    tagged: (key) => read(() => new Map(prepared(db, TAGGED).raw().all(key) as [RunId, string][])),
    wideNames: (ids) => read(() => wideNames(db, ids)),
    wideRuns: (ids) => inOneState(access, () => wideRuns(db, ids)),
    points: (id, metric) =>
      inOneState(access, function* () {
        const found = prepared(db, 'SELECT s.id FROM names n JOIN series s ON s.name = n.id AND s.run = ? WHERE n.name = ?').pluck();
        const series = found.get(findRun(db, id).seq, metric) as number | undefined;
        if (series !== undefined) yield* inPieces(pointsInOrder(db, series), POINTS_A_LINE);
      }),
    importRun: async (lines, options = {}) => await importRun(access, (parts ??= importParts(access)), lines, options),
  };
}

/** What is read piece by piece is of one state of the store; a reader holds nobody up in WAL mode. */
function* inOneState<T>({ db, read }: Access, work: () => Iterable<T>): Generator<T> {
  // What this handle wrote is committed first.
  read(() => undefined);
  db.exec('BEGIN');
  try {
    yield* work();
  } finally {
    if (db.inTransaction) db.exec('COMMIT');
  }
}
