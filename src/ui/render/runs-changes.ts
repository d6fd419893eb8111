import type { RunsLifecycleData } from '../../app/runs/delete.ts';
import type { RunsPurgeData } from '../../app/runs/purge.ts';
import type { RunsRenameData } from '../../app/runs/tag.ts';
import { count, formatBytes, formatCount } from '../../core/text/amount.ts';
import { headline } from '../format/headline.ts';
import { printable } from '../format/printable.ts';
import { tableLines } from '../format/table.ts';
import { formatTime } from '../format/time.ts';
import type { Style } from '../style.ts';
import { shortId } from './run-status.ts';

/** Runs that are named one by one. */
const MOST_NAMED = 10;

export function lifecycleLines({ asked, runs, already }: RunsLifecycleData, what: 'deleted' | 'restored', style: Style): string[] {
  const below = runs.length - asked.length;
  const head = `${what === 'deleted' ? 'Deleted' : 'Restored'} ${count(asked.length, 'run')}${below > 0 ? ` with ${formatCount(below)} below` : ''}`;
  const was = what === 'deleted' ? 'deleted already' : 'not deleted';
  return [
    ...(asked.length === 0 ? [] : [`${style.green(style.glyphs.done)} ${head}: ${namesOf(asked, style)}`]),
    ...(already.length === 0 ? [] : [style.dim(`  ${was}: ${namesOf(already, style)}`)]),
  ];
}

export function purgeLines({ done, runs, points, artifacts, gcFrees, kept }: RunsPurgeData, style: Style): string[] {
  const stays =
    kept.length === 0
      ? []
      : [style.dim(`${count(kept.length, 'deleted run')} kept, since something below is there or still runs: ${namesOf(kept, style)}`)];
  if (runs.length === 0) return ['No deleted run is to be purged.', ...stays];
  const amount = `${count(runs.length, 'deleted run')} with ${count(points, 'metric point')} and ${count(artifacts, 'artifact')}`;
  const table = tableLines(
    [
      { title: 'Run', text: (run) => shortId(run.id), paint: () => style.bold },
      { title: 'Name', text: (run) => printable(run.name), min: 8 },
      { title: 'Deleted', text: (run) => formatTime(run.deletedMs), drop: 1 },
    ],
    runs.slice(0, MOST_NAMED),
    style,
    '  ',
  );
  const more = runs.length > MOST_NAMED ? [style.dim(`  and ${formatCount(runs.length - MOST_NAMED)} more`)] : [];
  return [
    done ? `${style.green(style.glyphs.done)} Removed ${amount}` : `Would remove ${amount}`,
    ...table,
    ...more,
    `${done ? 'mlo gc can now free' : 'mlo gc could then free'} ${formatBytes(gcFrees)}${done ? '' : ' more'}`,
    ...stays,
  ];
}

export function changedTagLines(what: string, changed: readonly string[], style: Style): string[] {
  return changed.length === 0
    ? [`${what}: nothing to change`]
    : [`${style.green(style.glyphs.done)} ${what}: ${changed.map(printable).join(', ')}`];
}

export function renameLines({ id, name, before }: RunsRenameData, style: Style): string[] {
  return [`${style.green(style.glyphs.done)} Run ${shortId(id)}: ${headline(before)} is now ${style.bold(headline(name))}`];
}

/** Notes have lines; nothing else of them may move the cursor. */
export function noteLines(note: string): string[] {
  return note.split(/\r?\n/).map(printable);
}

function namesOf(runs: RunsLifecycleData['runs'], style: Style): string {
  const shown = runs.slice(0, MOST_NAMED).map(({ id, name }) => `${style.bold(shortId(id))} ${headline(name)}`);
  return shown.join(', ') + (runs.length > MOST_NAMED ? ` and ${formatCount(runs.length - MOST_NAMED)} more` : '');
}
