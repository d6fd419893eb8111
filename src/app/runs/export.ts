import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunId } from '../../core/run.ts';
import { hearInterrupt, throwIfInterrupted } from '../../fs/interrupt.ts';
import type { ExportSelection } from '../../tracking/merge/types.ts';
import type { RunDetail } from '../../tracking/types.ts';
import { withProject } from '../project.ts';
import { openForReading } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';
import { csvOfPoints, csvOfRuns } from './export-csv.ts';
import { isFileTarget, placeTexts, stageText, type ExportTarget, type StagedText } from './export-target.ts';

export interface RunsExportOptions {
  readonly selection: ExportSelection;
  readonly target: ExportTarget;
  /** Rows instead of records: of runs, or with `metric` of its points. */
  readonly csv?: { readonly metric?: string };
  /** Overwrite files that say something else. */
  readonly force: boolean;
}

export interface RunsExportData {
  readonly runs: readonly RunId[];
  /** Absolute; of a stream none. */
  readonly files: readonly { readonly path: string; readonly changed: boolean }[];
}

/** Made durable together. */
const FILES_AT_ONCE = 256;

/** Writes runs with all below them: as records that `runs import` merges, a file each in a folder or one after the other, or as CSV. */
export async function runsExport(ctx: AppContext, options: RunsExportOptions): Promise<RunsExportData> {
  const { selection, target, csv, force } = options;
  if ('path' in target && target.path === '')
    throw new MloError('MLO_USAGE', 'The path to write to is empty', { hint: 'Is a variable of the shell unset?' });
  return await withProject(ctx, async (project) => {
    const tracking = await openForReading(project);
    try {
      const { exchange } = tracking;
      if (csv !== undefined && 'ids' in selection) for (const id of selection.ids) refuseDeleted(tracking.get(id));
      const runs = exchange.select(selection);
      const whole =
        csv === undefined
          ? concatenated(runs, exchange.export)
          : csv.metric === undefined
            ? csvOfRuns(exchange, runs)
            : csvOfPoints(exchange, runs, csv.metric);
      if ('write' in target) {
        for (const piece of whole) {
          throwIfInterrupted(ctx.signal);
          await target.write(piece);
        }
        return { runs, files: [] };
      }
      const path = resolve(ctx.cwd, target.path);
      if (csv !== undefined || isFileTarget(ctx.cwd, target.path))
        return { runs, files: await placeTexts([await stageText(path, interruptible(ctx, whole))], force) };
      const files: RunsExportData['files'][number][] = [];
      for (let from = 0; from < runs.length; from += FILES_AT_ONCE) {
        const some = runs.slice(from, from + FILES_AT_ONCE);
        const texts = some.map((id) => ({ path: join(path, `${id}.jsonl`), pieces: interruptible(ctx, exchange.export(id)) }));
        files.push(...(await placeTexts(await stageAll(texts), force)));
      }
      return { runs, files };
    } finally {
      tracking.close();
    }
  });
}

/** Rows are of runs that are not deleted: of one that is asked for by name there would be nothing but the header. */
function refuseDeleted({ id, name, deletedMs }: RunDetail): void {
  if (deletedMs === undefined) return;
  throw new MloError('MLO_RUN_STATE', `The run ${id} (${name}) is deleted: CSV has only runs that are not.`, {
    hint: `mlo runs restore ${id.slice(0, 8)}, or export it without --csv`,
    details: { run: id },
  });
}

/** What is there of them goes where one cannot be written. */
async function stageAll(
  texts: readonly { readonly path: string; readonly pieces: AsyncIterable<string> }[],
): Promise<readonly StagedText[]> {
  const staged: StagedText[] = [];
  try {
    for (const { path, pieces } of texts) staged.push(await stageText(path, pieces));
    return staged;
  } catch (error) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    throw error;
  }
}

function* concatenated(runs: readonly RunId[], one: (id: RunId) => Iterable<string>): Generator<string> {
  for (const id of runs) yield* one(id);
}

/** Milliseconds of work between which Ctrl-C is heard. */
const TURN_MS = 20;

/** Before its end, too: nothing gets its name after Ctrl-C. */
async function* interruptible({ signal }: AppContext, pieces: Iterable<string>): AsyncGenerator<string> {
  let turn = performance.now();
  for (const piece of pieces) {
    yield piece;
    if (performance.now() - turn < TURN_MS) continue;
    await hearInterrupt(signal);
    turn = performance.now();
  }
  await hearInterrupt(signal);
}
