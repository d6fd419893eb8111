import type { FetchData } from '../../app/fetch.ts';
import type { PushData, PushedRuns } from '../../app/push.ts';
import type { MissingObject } from '../../app/transfer/missing-objects.ts';
import { count, formatCount } from '../format/number.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

/** Objects that are told one by one; --json has them all. */
const LISTED = 20;
/** Less is not worth a word. */
const SAVED_FROM = 0.05;
/** Rates over less time than this say nothing. */
const MIN_RATE_MS = 200;

export function pushLines(view: PushData, style: Style): string[] {
  const { done, files, trees, bytes, bytesSent, there, remote } = view;
  const problems = problemLines(view, style);
  const runs = pushedRuns(view.runs, done);
  const staying = stayingLines(view.stays);
  const already = there > 0 ? [`${formatCount(there)} already there`] : [];
  if (files + trees === 0 && runs.length > 0) return [...problems, ...runs, ...staying];
  if (files + trees === 0) return [...problems, [`nothing to push to ${printable(remote)}`, ...already].join(', '), ...staying];
  if (!done)
    return [
      ...problems,
      [`would push ${count(files, 'file')}, at most ${formatBytes(bytes)}${requests(view)}`, ...already].join(', '),
      ...runs,
      ...staying,
    ];
  const saved = bytes > 0 && bytesSent < bytes ? 1 - bytesSent / bytes : 0;
  const parts = [
    `pushed ${count(files, 'file')}`,
    `${formatBytes(bytes)} in ${formatDuration(view.durationMs)}${rate(bytesSent, view.durationMs)}`,
    ...already,
    ...(saved >= SAVED_FROM ? [`${Math.floor(saved * 100)} % of the bytes saved`] : []),
  ];
  return [...problems, parts.join(', '), ...runs, ...staying];
}

export function fetchLines(view: FetchData, style: Style): string[] {
  const { done, files, bytes, bytesReceived, here, remote } = view;
  const problems = problemLines(view, style);
  const runs = fetchedRuns(view.runs, done);
  const already = here > 0 ? [`${formatCount(here)} already here`] : [];
  if (files === 0 && runs.length > 0) return [...problems, ...runs];
  if (files === 0) return [...problems, [`nothing to fetch from ${printable(remote)}`, ...already].join(', ')];
  if (!done)
    return [...problems, [`would fetch ${count(files, 'file')}, ${formatBytes(bytes)}${requests(view)}`, ...already].join(', '), ...runs];
  const took = `${formatBytes(bytes)} in ${formatDuration(view.durationMs)}${rate(bytesReceived, view.durationMs)}`;
  return [...problems, [`fetched ${count(files, 'file')}`, took, ...already].join(', '), ...runs];
}

function stayingLines(paths: PushData['stays']): string[] {
  if (paths.length === 0) return [];
  const more = paths.length > LISTED ? `, and ${formatCount(paths.length - LISTED)} more` : '';
  return [`not for this remote: ${paths.slice(0, LISTED).map(printable).join(', ')}${more} (push: false, or remote: of another one)`];
}

function requests({ requestsExpected }: Pick<PushData | FetchData, 'requestsExpected'>): string {
  return requestsExpected === undefined ? '' : ` in about ${count(requestsExpected, 'request')}`;
}

function pushedRuns(runs: PushedRuns | undefined, done: boolean): string[] {
  if (runs === undefined) return [];
  const { sent, open, results } = runs;
  const parts = listed([counted(sent, 'run'), counted(results.sent, 'result')]);
  const waiting = open > 0 ? `${count(open, 'run')} in progress ${open === 1 ? 'waits' : 'wait'}` : undefined;
  return parts === '' ? [] : [[`${done ? 'pushed' : 'would push'} ${parts}`, ...(waiting === undefined ? [] : [waiting])].join('; ')];
}

function fetchedRuns(runs: FetchData['runs'], done: boolean): string[] {
  if (runs === undefined) return [];
  const { added, changed, results, conflicts } = runs;
  const parts = listed([counted(added, 'new run'), counted(changed, 'changed run'), counted(results, 'result')]);
  return [
    ...conflicts.map(
      ({ run, key, kept, given }) =>
        `run ${run.slice(0, 8)}: ${printable(key)} stays ${printable(kept)}, the remote has ${printable(given)}`,
    ),
    ...(parts === '' ? [] : [`${done ? 'fetched' : 'would fetch'} ${parts}`]),
  ];
}

function counted(number: number, what: string): string {
  return number === 0 ? '' : count(number, what);
}

function listed(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}

/** One sentence about what could not travel. */
export function transferFailure(view: PushData | FetchData, verb: 'pushed' | 'fetched'): string | undefined {
  const { missing, broken, address } = view;
  const damaged = view.runs?.damaged ?? [];
  if (missing.length + broken.length + damaged.length === 0) return undefined;
  const corrupt = missing.filter(({ corruptAt }) => corruptAt !== undefined).length;
  const lost = missing.length - corrupt;
  const where =
    verb === 'pushed'
      ? 'in neither cache nor remote'
      : 'neverPushed' in view
        ? `not on the remote, to which nothing was pushed yet (${printable(address)} holds no data of mlo)`
        : 'not on the remote';
  const parts = [
    ...(lost > 0 ? [`${count(lost, 'object')} ${where}`] : []),
    ...(corrupt > 0 ? [`${count(corrupt, 'object')} damaged on the remote`] : []),
    ...(broken.length > 0 ? [`${count(broken.length, 'pointer')} cannot be read`] : []),
    ...(damaged.length > 0 ? [`${count(damaged.length, 'batch', 'batches')} of runs or results on the remote damaged`] : []),
  ];
  return `Not everything could be ${verb}: ${parts.join(', ')}`;
}

function rate(bytes: number, ms: number): string {
  return ms < MIN_RATE_MS || bytes === 0 ? '' : ` (${formatBytes(bytes / (ms / 1000))}/s)`;
}

function problemLines({ missing, broken, runs }: PushData | FetchData, style: Style): string[] {
  const cross = style.red(style.glyphs.failed);
  const more = missing.length > LISTED ? [style.dim(`  and ${missing.length - LISTED} more`)] : [];
  return [
    ...broken.map(({ path, message }) => `${cross} ${printable(path)}: ${printable(message)}`),
    ...(runs?.damaged ?? []).map(({ key, message }) => `${cross} ${printable(key)} is damaged: ${printable(message)}`),
    ...missing.slice(0, LISTED).map((each) => `${cross} ${missingText(each)}`),
    ...more,
  ];
}

function missingText({ digest, uses, corruptAt }: MissingObject): string {
  const [first] = uses;
  const what = first === undefined ? `object ${digest}` : printable(first.path);
  const stage = first?.stage === undefined ? '' : ` of stage ${printable(first.stage)}`;
  const also = uses.length > 1 ? ` and ${uses.length - 1} more paths` : '';
  const who = first === undefined || first.in.includes('workspace') ? '' : ` (${first.in.map(printable).join(', ')})`;
  const why = corruptAt === undefined ? `object ${digest.slice(0, 12)} is missing` : `wrong bytes in ${corruptAt}`;
  return `${what}${also}${stage}${who}: ${why}`;
}
