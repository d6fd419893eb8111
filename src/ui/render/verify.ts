import type { VerifyData } from '../../app/verify.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count, formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { withUses } from './uses.ts';

/** Findings of one kind that are shown; --json has all. */
const MOST_SHOWN = 50;
/** Branches and tags named in one sentence. */
const MOST_REFS = 4;

/** What was looked at, what is wrong, what it belongs to, and what was mended. */
export function verifyLines(data: VerifyData, style: Style): string[] {
  const lines = [...repairLines(data, style)];
  for (const { path, why } of capped(data.files, lines, style)) lines.push(`${style.red('damaged')} ${printable(path)}: ${printable(why)}`);
  const ofObjects = new Set(data.objects.map(({ digest }) => digest));
  const damages = data.damages.filter(({ digest }) => digest === undefined || !ofObjects.has(digest));
  const shown = capped(damages, lines, style);
  for (const { file, why, digest } of shown) {
    const what = digest === undefined ? '' : `: a copy of ${digest.slice(0, 12)} (another one is good)`;
    lines.push(`${style.red('damaged')} ${printable(file)}${what}: ${printable(why)}`);
  }
  for (const object of capped(data.objects, lines, style)) lines.push(...objectLines(object, style));
  lines.push(...historyLines(data.history, style), ...artifactLines(data.artifacts, style), summary(data, style));
  return lines;
}

function historyLines(history: VerifyData['history'], style: Style): string[] {
  if (history.length === 0) return [];
  const folders = history.some(({ uses }) => uses.some(({ isFolder }) => isFolder));
  const lines = [
    'Not in the cache, and needed by branches or tags only (lost, or deleted by a gc without --branches and --tags):',
    ...(folders ? [style.dim('Of a folder that is missing nothing is known: all that only it has may be missing too.')] : []),
  ];
  for (const object of capped(history, lines, style)) lines.push(...objectLines(object, style, style.yellow('missing')));
  return lines;
}

function artifactLines(artifacts: VerifyData['artifacts'], style: Style): string[] {
  if (artifacts.length === 0) return [];
  const lines = ['Not in the cache, and needed by recorded runs only (never cached, deleted by gc --no-runs, or lost):'];
  for (const object of capped(artifacts, lines, style)) lines.push(...objectLines(object, style, style.yellow('missing')));
  return lines;
}

export function verifyFailure(data: VerifyData): {
  code: 'MLO_OBJECT_CORRUPT' | 'MLO_OBJECT_MISSING' | 'MLO_FORMAT';
  message: string;
  hint: string;
} {
  const broken = data.objects.filter(({ state }) => state === 'broken').length;
  const missing = data.objects.length - broken;
  const bad = new Set(data.objects.map(({ digest }) => digest));
  const damages = data.damages.filter(({ digest }) => digest === undefined || !bad.has(digest));
  const files = new Set([...data.files.map(({ path }) => path), ...damages.map(({ file }) => file)]).size;
  const parts = [
    ...(broken > 0 ? [`${count(broken, 'object')} broken`] : []),
    ...(missing > 0 ? [`${count(missing, 'object')} missing`] : []),
    ...(files > 0 ? [`${count(files, 'file')} damaged`] : []),
  ];
  const left = data.repaired === undefined ? '' : ' still';
  if (parts.length === 0)
    return {
      code: 'MLO_OBJECT_MISSING',
      message: `The workspace has all it needs; missing${left}: ${count(data.history.length, 'object')} that only ${refsOf(data.history)} needs`,
      hint:
        data.repaired === undefined
          ? 'Deleted on purpose: mlo verify --workspace, and next time mlo gc --branches --tags. Lost: mlo verify --repair looks for another copy'
          : 'No other copy was found here: copy the cache of a machine that has them, or go on without: mlo verify --workspace',
    };
  const code = broken > 0 ? 'MLO_OBJECT_CORRUPT' : missing > 0 ? 'MLO_OBJECT_MISSING' : 'MLO_FORMAT';
  const fixes = [...new Set(data.files.flatMap(({ fix }) => (fix === undefined ? [] : [fix])))];
  const repairable = data.objects.length + damages.length + data.files.filter(({ fix }) => fix === undefined).length > 0;
  const hint = [...(repairable ? [hintOfRepair(data)] : []), ...fixes].join('; then: ');
  return { code, message: `${parts.join(', ')}${left}`, hint };
}

function hintOfRepair({ repaired }: VerifyData): string {
  return repaired === undefined
    ? 'mlo verify --repair'
    : 'No other copy was found here. Make the data again (mlo repro), add it from where it still is (mlo add), or copy the cache of another machine';
}

/** `tag v1.0`, `branch old, tag v1.0 or tag v2.0`, `one of 12 branches and tags`. */
function refsOf(history: VerifyData['history']): string {
  const refs = [...new Set(history.flatMap(({ uses }) => uses.flatMap((use) => use.in)))];
  return refs.length > MOST_REFS
    ? `one of ${formatCount(refs.length)} branches and tags`
    : printable(new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(refs));
}

function repairLines({ repaired }: VerifyData, style: Style): string[] {
  if (repaired === undefined) return [];
  const lines = repaired.files.map(({ file, done }) => `${style.green('repaired')} ${printable(file)}: ${printable(done)}`);
  for (const object of capped(repaired.restored, lines, style)) lines.push(...objectLines(object, style, style.green('restored')));
  return lines;
}

function objectLines({ digest, state, uses }: VerifyData['objects'][number], style: Style, word = style.red(state)): string[] {
  return withUses(`${word} ${digest.slice(0, 12)}`, uses, 'nothing that mlo knows needs it');
}

function capped<T>(items: readonly T[], lines: string[], style: Style): readonly T[] {
  if (items.length > MOST_SHOWN) lines.push(style.dim(`The first ${MOST_SHOWN} of ${formatCount(items.length)} (all of them: --json):`));
  return items.slice(0, MOST_SHOWN);
}

function summary({ ok, quick, looked, repaired, damages, objects: bad, files: badFiles }: VerifyData, style: Style): string {
  const { objects, packs, loose, segments, files, bytes, needed, refs, neededByRefs, recordedRuns, durationMs } = looked;
  const places = [count(packs, 'pack'), count(segments, 'journal segment'), count(loose, 'loose file')].join(', ');
  const read = quick ? 'structure only' : `${formatBytes(bytes)} read`;
  const others = [
    ...(refs === 0 ? [] : [count(refs, 'branch or tag', 'branches and tags')]),
    ...(recordedRuns === 0 ? [] : [count(recordedRuns, 'run')]),
  ];
  const history = others.length === 0 ? '' : `, ${count(neededByRefs, 'more', 'more')} by ${others.join(' and ')}`;
  const text = `${count(objects, 'object')} in ${places}; ${count(needed, 'object')} needed by ${count(files, 'lock or pointer', 'locks and pointers')}${history}; ${read} in ${formatDuration(durationMs)}`;
  const verdict = ok
    ? style.green(repaired === undefined || repaired.files.length + repaired.restored.length === 0 ? 'All is well' : 'All is well again')
    : damages.length + bad.length + badFiles.length === 0
      ? style.yellow('The workspace is well, the history is not')
      : style.red('Not all is well');
  return `${verdict}: ${text}`;
}
