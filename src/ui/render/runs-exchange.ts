import type { ArtifactsGetData } from '../../app/artifacts/get.ts';
import type { RunsExportData } from '../../app/runs/export.ts';
import type { RunsImportData } from '../../app/runs/import.ts';
import { count, formatBytes, formatCount } from '../../core/text/amount.ts';
import { headline } from '../format/headline.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { shortId } from './run-status.ts';

/** What is named one by one. */
const MOST_NAMED = 10;

export function exportLines({ runs, files }: RunsExportData, style: Style): string[] {
  const same = files.filter(({ changed }) => !changed).length;
  const [first] = files;
  const where = files.length === 1 && first !== undefined ? `to ${printable(first.path)}` : `to ${count(files.length, 'file')}`;
  return [
    `${style.green(style.glyphs.done)} Wrote ${count(runs.length, 'run')} ${where}${same > 0 ? style.dim(` (${formatCount(same)} said the same before)`) : ''}`,
  ];
}

export function importLines({ runs, conflicts, missing }: RunsImportData, style: Style): string[] {
  const amount = (outcome: string): number => runs.filter((run) => run.outcome === outcome).length;
  const parts = ['added', 'changed', 'unchanged'].map((outcome) => `${formatCount(amount(outcome))} ${outcome}`);
  const purged = amount('purged');
  const waiting = runs.filter(({ waitsFor }) => waitsFor !== undefined);
  return [
    `${style.green(style.glyphs.done)} ${count(runs.length, 'run')}: ${parts.join(', ')}`,
    ...(purged === 0 ? [] : [`  ${count(purged, 'run')} left out: purged here (--purged brings them back)`]),
    ...(waiting.length === 0 ? [] : [`  ${count(waiting.length, 'run')} below one that is not here yet`]),
    ...some(conflicts, ({ run, key, kept, given }) =>
      style.yellow(`  ${shortId(run)}: param ${printable(key)} stays ${headline(kept)}, not ${headline(given)}`),
    ),
    ...(missing.length === 0
      ? []
      : [style.yellow(`  ${count(missing.length, 'artifact')} (${formatBytes(sizeOf(missing))}) whose bytes are not in this cache:`)]),
    ...some(missing, ({ run, path }) => `    ${shortId(run)} ${printable(path)}`),
  ];
}

export function artifactsGetLines({ to, files, bytes }: ArtifactsGetData, style: Style): string[] {
  return [`${style.green(style.glyphs.done)} Wrote ${count(files, 'file')} (${formatBytes(bytes)}) to ${printable(to ?? 'stdout')}`];
}

function sizeOf(artifacts: RunsImportData['missing']): number {
  return [...new Map(artifacts.map(({ digest, size }) => [digest, size])).values()].reduce((sum, size) => sum + size, 0);
}

function some<T>(items: readonly T[], line: (item: T) => string): string[] {
  const more = items.length - MOST_NAMED;
  return [...items.slice(0, MOST_NAMED).map(line), ...(more > 0 ? [`    and ${formatCount(more)} more`] : [])];
}
