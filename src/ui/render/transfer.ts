import { count, formatCount } from '../format/number.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

interface MissingView {
  readonly digest: string;
  readonly corruptAt?: string;
  readonly uses: readonly { readonly path: string; readonly stage?: string; readonly in: readonly string[] }[];
}

export interface PushView {
  readonly remote: string;
  readonly done: boolean;
  readonly files: number;
  readonly trees: number;
  readonly bytes: number;
  readonly bytesSent: number;
  readonly there: number;
  readonly durationMs: number;
  readonly missing: readonly MissingView[];
  readonly broken: readonly { readonly path: string; readonly message: string }[];
}

export interface FetchView {
  readonly remote: string;
  readonly done: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly bytesReceived: number;
  readonly here: number;
  readonly durationMs: number;
  readonly missing: readonly MissingView[];
  readonly broken: readonly { readonly path: string; readonly message: string }[];
}

/** Objects that are told one by one; --json has them all. */
const LISTED = 20;
/** Less is not worth a word. */
const SAVED_FROM = 0.05;
/** Rates over less time than this say nothing. */
const MIN_RATE_MS = 200;

export function pushLines(view: PushView, style: Style): string[] {
  const { done, files, trees, bytes, bytesSent, there, remote } = view;
  const problems = problemLines(view, style);
  const already = there > 0 ? [`${formatCount(there)} already there`] : [];
  if (files + trees === 0) return [...problems, [`nothing to push to ${printable(remote)}`, ...already].join(', ')];
  if (!done) return [...problems, [`would push ${count(files, 'file')}, at most ${formatBytes(bytes)}`, ...already].join(', ')];
  const saved = bytes > 0 && bytesSent < bytes ? 1 - bytesSent / bytes : 0;
  const parts = [
    `pushed ${count(files, 'file')}`,
    `${formatBytes(bytes)} in ${formatDuration(view.durationMs)}${rate(bytesSent, view.durationMs)}`,
    ...already,
    ...(saved >= SAVED_FROM ? [`${Math.floor(saved * 100)} % of the bytes saved`] : []),
  ];
  return [...problems, parts.join(', ')];
}

export function fetchLines(view: FetchView, style: Style): string[] {
  const { done, files, bytes, bytesReceived, here, remote } = view;
  const problems = problemLines(view, style);
  const already = here > 0 ? [`${formatCount(here)} already here`] : [];
  if (files === 0) return [...problems, [`nothing to fetch from ${printable(remote)}`, ...already].join(', ')];
  if (!done) return [...problems, [`would fetch ${count(files, 'file')}, ${formatBytes(bytes)}`, ...already].join(', ')];
  const took = `${formatBytes(bytes)} in ${formatDuration(view.durationMs)}${rate(bytesReceived, view.durationMs)}`;
  return [...problems, [`fetched ${count(files, 'file')}`, took, ...already].join(', ')];
}

/** One sentence about what could not travel. */
export function transferFailure(
  view: Pick<PushView, 'missing' | 'broken'> & { readonly neverPushed?: true; readonly address?: string },
  verb: 'pushed' | 'fetched',
): string | undefined {
  const { missing, broken, neverPushed, address = '' } = view;
  if (missing.length + broken.length === 0) return undefined;
  const corrupt = missing.filter(({ corruptAt }) => corruptAt !== undefined).length;
  const lost = missing.length - corrupt;
  const where =
    verb === 'pushed'
      ? 'in neither cache nor remote'
      : neverPushed === true
        ? `not on the remote, to which nothing was pushed yet (${printable(address)} holds no data of mlo)`
        : 'not on the remote';
  const parts = [
    ...(lost > 0 ? [`${count(lost, 'object')} ${where}`] : []),
    ...(corrupt > 0 ? [`${count(corrupt, 'object')} damaged on the remote`] : []),
    ...(broken.length > 0 ? [`${count(broken.length, 'pointer')} cannot be read`] : []),
  ];
  return `Not everything could be ${verb}: ${parts.join(', ')}`;
}

function rate(bytes: number, ms: number): string {
  return ms < MIN_RATE_MS || bytes === 0 ? '' : ` (${formatBytes(bytes / (ms / 1000))}/s)`;
}

function problemLines({ missing, broken }: Pick<PushView, 'missing' | 'broken'>, style: Style): string[] {
  const cross = style.red(style.glyphs.failed);
  const more = missing.length > LISTED ? [style.dim(`  and ${missing.length - LISTED} more`)] : [];
  return [
    ...broken.map(({ path, message }) => `${cross} ${printable(path)}: ${printable(message)}`),
    ...missing.slice(0, LISTED).map((each) => `${cross} ${missingText(each)}`),
    ...more,
  ];
}

function missingText({ digest, uses, corruptAt }: MissingView): string {
  const [first] = uses;
  const what = first === undefined ? `object ${digest}` : printable(first.path);
  const stage = first?.stage === undefined ? '' : ` of stage ${printable(first.stage)}`;
  const also = uses.length > 1 ? ` and ${uses.length - 1} more paths` : '';
  const who = first === undefined || first.in.includes('workspace') ? '' : ` (${first.in.map(printable).join(', ')})`;
  const why = corruptAt === undefined ? `object ${digest.slice(0, 12)} is missing` : `wrong bytes in ${corruptAt}`;
  return `${what}${also}${stage}${who}: ${why}`;
}
