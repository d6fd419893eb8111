import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly, openWritable, type Connection } from '../../../../src/tracking/connection.ts';
import { openTracking } from '../../../../src/tracking/open.ts';
import type { SampleRun } from './sample-runs.ts';

export const USER = 'someone';
export const HOST = 'some-host';

/** Writes the runs to a database of their own, gives a connection for reading to `work`, and removes it. */
export function withSamples<T>(runs: readonly SampleRun[], work: (db: Connection) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-search-'));
  try {
    const path = join(folder, 'tracking.db');
    writeSamples(path, runs);
    const db = openReadOnly(path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeSamples(path: string, runs: readonly SampleRun[]): void {
  const tracking = openTracking({ path, user: USER, host: HOST });
  for (const run of runs) {
    const { id, name, experiment, stage, command, git, startedMs, params, tags } = run;
    const parentId = run.parent === undefined ? undefined : runs[run.parent]?.id;
    tracking.startRun({
      id,
      name,
      experiment,
      startedMs,
      params,
      tags,
      ...(stage === undefined ? {} : { stage }),
      ...(command === undefined ? {} : { command }),
      ...(git === undefined ? {} : { git }),
      ...(parentId === undefined ? {} : { parentId }),
    });
    tracking.logMetrics(
      id,
      Object.entries(run.metrics).flatMap(([metric, values]) =>
        values.map((value, step) => ({ name: metric, value, step, timestampMs: startedMs })),
      ),
    );
    tracking.logInputs(
      id,
      run.inputs.map((input) => ({ ...input, sourceType: 'mlo', source: input.name })),
    );
  }
  for (const { id, status, endedMs, reason } of runs.toReversed()) {
    if (endedMs === undefined || status === 'RUNNING' || status === 'SCHEDULED') continue;
    tracking.finishRun(id, { status, endedMs, ...(reason === undefined ? {} : { reason }) });
  }
  tracking.close();
  const db = openWritable(path);
  const remove = db.prepare('UPDATE runs SET deleted_ms = 1 WHERE id = ?');
  // The store ends the children of an ended run; the samples say themselves how each stands.
  const stand = db.prepare('UPDATE runs SET status = ?, ended_ms = ?, reason = ? WHERE id = ?');
  // A child that names no code or command has that of its parent; the samples say themselves what each has.
  const forget = db.prepare(
    'UPDATE runs SET git_commit = iif(?, git_commit, NULL), git_branch = iif(?, git_branch, NULL), git_dirty = iif(?, git_dirty, NULL), command = ? WHERE id = ?',
  );
  for (const { id, isDeleted, status, endedMs, reason, git, command } of runs) {
    if (isDeleted) remove.run(id);
    const hasGit = Number(git !== undefined);
    forget.run(hasGit, hasGit, hasGit, command ?? null, id);
    stand.run(status, endedMs ?? null, reason ?? null, id);
  }
  db.close();
}
