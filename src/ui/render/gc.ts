import type { GcData } from '../../app/gc.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count, formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { gcSection, type GcRow } from './gc-section.ts';

/** What stays and what it is for, then what goes. */
export function gcLines(data: GcData, style: Style): string[] {
  const kept = keptRows(data);
  const gone = goneRows(data);
  return [
    ...gcSection(data.done ? 'Kept' : 'Would be kept', kept, style),
    ...gcSection(data.done ? 'Deleted' : 'Would be deleted', gone, style),
    ...corruptLines(data),
    ...scopeLines(data),
    ...projectLines(data, style),
    ...evictionLines(data),
    ...(data.missing > 0
      ? [
          `${count(data.missing, 'object')} of what is needed ${data.missing === 1 ? 'is' : 'are'} not in the cache: mlo verify --quick names them.`,
        ]
      : []),
    summary(data, style),
  ];
}

/** A run with --force would change something. */
export function goesAnything({ gone, runs, logs, corrupt, evicted }: GcData): boolean {
  return (
    gone.loose.objects +
      gone.packed.objects +
      gone.journal.objects +
      runs.dropped +
      logs.runs +
      corrupt.old.files +
      (evicted?.objects ?? 0) >
    0
  );
}

function keptRows({ kept, young, runs, graceMs }: GcData): readonly GcRow[] {
  const rows = kept.map((each) => ({ what: printable(each.for), amount: each.objects, bytes: each.bytes, note: whyKept(each, runs.kept) }));
  const shown = rows.filter((row, index) => index === 0 || row.amount > 0 || (kept[index]?.of !== undefined && kept[index].of !== '0'));
  if (young.objects === 0) return shown;
  return [
    ...shown,
    { what: 'young', amount: young.objects, bytes: young.bytes, note: `younger than ${formatDuration(graceMs)} (gc.grace)` },
  ];
}

function whyKept({ for: reason, of }: GcData['kept'][number], runs: number): string {
  if (reason === 'run-cache') return `of ${count(runs, 'kept result')}`;
  return of === undefined ? '' : `of ${of}`;
}

function goneRows({ gone, waiting, runs, logs }: GcData): readonly GcRow[] {
  const rows = [
    { what: 'loose files', amount: gone.loose.objects, bytes: gone.loose.bytes, note: '' },
    {
      what: 'objects in packs',
      amount: gone.packed.objects - waiting.objects,
      bytes: gone.packed.bytes - waiting.bytes,
      note:
        waiting.objects === 0
          ? ''
          : `${count(waiting.objects, 'more', 'more')} (${formatBytes(waiting.bytes)}) stay until less of their packs is needed`,
    },
    { what: 'objects in the journal', amount: gone.journal.objects, bytes: gone.journal.bytes, note: '' },
    { what: 'results in the run-cache', amount: runs.dropped, bytes: 0, note: runs.dropped === 0 ? '' : 'older than gc.run_cache' },
    { what: 'logs of runs', amount: logs.runs, bytes: logs.bytes, note: logs.runs === 0 ? '' : 'older than gc.logs' },
  ];
  return rows.filter((row) => row.amount > 0 || row.note !== '');
}

function corruptLines({ corrupt: { files, bytes, old }, done, graceMs }: GcData): string[] {
  if (files === 0) return [];
  const young = `younger than ${formatDuration(graceMs)} (gc.grace) and ${done ? 'stay' : 'would stay'}`;
  const gone = done ? 'were deleted' : 'would be deleted';
  const fate =
    old.files === files
      ? `they ${gone}`
      : old.files === 0
        ? `they are ${young}`
        : `${formatCount(old.files)} ${gone}, the others are ${young}`;
  return [`Set aside as broken: ${count(files, 'file')}, ${formatBytes(bytes)} in corrupt/; ${fate}.`];
}

/** Whoever deletes what other commits need should have seen it. */
function scopeLines({ scopes: { branches, tags, commits, allCommits }, gone, done }: GcData): string[] {
  if (branches || tags || commits > 0 || allCommits || gone.loose.objects + gone.packed.objects + gone.journal.objects === 0) return [];
  if (done) return ['Of Git only the workspace counted here: where branches or tags needed what was deleted, mlo verify names it.'];
  return ['Of Git only the workspace counts here: --branches, --tags, --commits N or --all-commits keep what other commits need.'];
}

function projectLines({ projects }: GcData, style: Style): string[] {
  return projects.flatMap(({ root, state, why }) => {
    if (state === 'asked') return [];
    if (state === 'ignored') return [`Not asked: the project ${printable(root)}`];
    const reason = state === 'gone' ? 'its folder is not there' : printable(why ?? 'it cannot be read');
    return [
      `${style.yellow('unknown')} what the project ${printable(root)} needs: ${reason}. --force stops here; --ignore-project ${printable(root)} goes on.`,
    ];
  });
}

function evictionLines({ evicted, done }: GcData): string[] {
  if (evicted === undefined) return [];
  const { objects, bytes, wanted, reached } = evicted;
  if (wanted === 0) return ['The cache is within --max-size.'];
  const what = `${count(objects, 'object')} (${formatBytes(bytes)}) that the workspace holds too`;
  const lines =
    objects === 0
      ? []
      : [
          `For --max-size ${done ? 'went' : 'would go'} ${what}: these files are then ${done ? 'only' : 'in the workspace only,'} there and not in the cache.`,
        ];
  if (!reached)
    lines.push(
      `--max-size cannot be reached: of the other ${formatBytes(Math.max(0, wanted - bytes))} the cache has the only copy, or the workspace links to it.`,
    );
  return lines;
}

function summary({ size, done, durationMs }: GcData, style: Style): string {
  const freed = Math.max(0, size.before - size.after);
  if (!done && freed === 0)
    return `${style.green('Nothing to delete')}: the cache has ${formatBytes(size.before)}, looked at in ${formatDuration(durationMs)}`;
  const text = `${formatBytes(freed)} of ${formatBytes(size.before)} in ${formatDuration(durationMs)}`;
  return done ? `${style.green('Freed')} ${text}` : `${style.bold('Would free')} ${text}; nothing was deleted`;
}
