import type { Repaired, VerifyRemoteData } from '../../app/verify-remote.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count, formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { withUses } from './uses.ts';

/** Findings of one kind that are shown; --json has all. */
const MOST_SHOWN = 50;
const NOBODY = 'nothing that this clone knows needs it';

export function verifyRemoteLines(data: VerifyRemoteData, style: Style): string[] {
  const { indexes, batches, objects, incomplete, spoilt, repaired } = data;
  return [
    ...shown(indexes, style, ({ key, why }) => [`${style.red('damaged')} ${printable(key)}: ${printable(why)}`]),
    ...shown(batches, style, ({ key, why }) => [`${style.red('damaged')} ${printable(key)}: ${printable(why)}`]),
    ...shown(objects, style, ({ digest, state, key, uses }) =>
      withUses(`${style.red(state)} ${digest.slice(0, 12)} in ${key}`, uses, NOBODY),
    ),
    ...shown(incomplete, style, ({ digest, missing, uses }) =>
      withUses(
        `${style.red('incomplete')} ${digest.slice(0, 12)}, of which ${count(missing.length, 'object')} were never there`,
        uses,
        NOBODY,
      ),
    ),
    ...shown(spoilt, style, ({ digest, state, key }) => [
      `${style.yellow(state)} a copy of ${digest.slice(0, 12)} in ${key} (another one is good)`,
    ]),
    ...(repaired === undefined ? [] : repairedLines(repaired, style)),
    summary(data, style),
  ];
}

function repairedLines({ format, objects, indexes, batches, removed, left }: Repaired, style: Style): readonly string[] {
  const mended = `${style.green('repaired')} ${count(batches, 'batch', 'batches')} of runs or results: what is whole was kept; mlo push sends the rest again`;
  const index = `${style.green('repaired')} the index: ${count(objects, 'object')} taken out, with all folders above; mlo push sends them again`;
  return [
    ...(format === undefined
      ? []
      : [`${style.green('repaired')} format.json: it was gone, and what lies there has the format of this mlo`]),
    ...(batches === 0 ? [] : [mended]),
    ...shown(removed, style, (key) => [
      `${style.green('removed')} ${printable(key)}, which nobody can read; mlo push, on each machine that has runs or results of it, sends them again`,
    ]),
    ...shown(left, style, (key) => [`${style.yellow('left')} ${printable(key)}: a newer mlo wrote it (npm install mlo-cli@latest)`]),
    ...(objects + indexes === 0 ? [] : [index]),
  ];
}

/** Undefined where all is well, or was made so. */
export function verifyRemoteFailure(data: VerifyRemoteData): { readonly message: string; readonly hint: string } | undefined {
  const { ok, objects, incomplete, indexes, batches, spoilt, repaired, remote } = data;
  if (ok) return undefined;
  const broken = objects.filter(({ state }) => state === 'broken').length;
  const missing = objects.length - broken;
  const parts = [
    ...(repaired?.format === undefined ? [] : ['format.json was gone, and is there again']),
    ...(broken > 0 ? [`${count(broken, 'object')} broken`] : []),
    ...(missing > 0 ? [`${count(missing, 'object')} missing`] : []),
    ...(incomplete.length > 0 ? [`${count(incomplete.length, 'object')} incomplete`] : []),
    ...(indexes.length > 0 ? [count(indexes.length, 'index', 'indexes') + ' damaged'] : []),
    ...(batches.length > 0 ? [`${count(batches.length, 'batch', 'batches')} of runs or results damaged`] : []),
    ...(spoilt.length > 0 ? [`${count(spoilt.length, 'copy', 'copies')} spoilt`] : []),
  ];
  const push =
    parts.length === 1 && repaired?.format === true
      ? `mlo verify --remote ${remote}`
      : `mlo push -r ${remote} from a machine that has the data`;
  return {
    message: `On ${remote}: ${parts.join(', ')}`,
    hint: repaired === undefined ? `mlo verify --remote ${remote} --repair, then ${push}` : push,
  };
}

function shown<T>(items: readonly T[], style: Style, lines: (item: T) => readonly string[]): string[] {
  const more = items.length > MOST_SHOWN ? [style.dim(`and ${formatCount(items.length - MOST_SHOWN)} more (all of them: --json)`)] : [];
  return [...items.slice(0, MOST_SHOWN).flatMap(lines), ...more];
}

function summary({ ok, done, sample, looked, estimate, remote }: VerifyRemoteData, style: Style): string {
  const { indexes, packs, batches, entries, trees, bytes, requests, durationMs } = looked;
  const places = `${count(indexes, 'index', 'indexes')}, ${count(packs, 'pack')}${batches === 0 ? '' : `, ${count(batches, 'batch', 'batches')} of runs and results`}`;
  const part = sample < 1 ? `, ${(sample * 100).toPrecision(2).replace(/\.0$/, '')} % of it` : '';
  if (!done)
    return `would read ${formatBytes(estimate.bytes)} with ${count(estimate.requests, 'request')} from ${printable(remote)} (${places}${part})`;
  const verdict = ok ? style.green('All is well') : style.red('Not all is well');
  const read = `${count(entries, 'object')} read, of which ${count(trees, 'folder')}; ${formatBytes(bytes)}, ${count(requests, 'request')}`;
  return `${verdict} on ${printable(remote)}: ${places}${part}; ${read} in ${formatDuration(durationMs)}`;
}
