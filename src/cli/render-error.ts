import { MloError, type Problem } from '../core/errors/mlo-error.ts';
import { textWidth, truncate } from '../ui/format/text-width.ts';
import { printable } from '../ui/format/printable.ts';
import type { Style } from '../ui/style.ts';
import type { ErrorBody } from './envelope.ts';
import { redact } from '../core/text/redact.ts';

export interface ErrorView {
  /** Stacks and all causes. */
  readonly verbose: boolean;
  readonly secrets: readonly string[];
}

const REPORT_HINT = 'this is a fault of mlo: please report it with the output of `mlo doctor`';
const MAX_CAUSES = 5;

/** An error for people: what, where with a caret, all problems, causes, and the next command to type. */
export function errorLines(error: unknown, style: Style, view: ErrorView): string[] {
  const known = error instanceof MloError ? error : undefined;
  const code = known?.code ?? 'MLO_INTERNAL';
  const [first = '', ...rest] = messageOf(error).split('\n');
  const lines = [
    headLine(code, safe(first, view), style),
    ...rest.map((line) => `  ${safe(line, view)}`),
    ...(known?.problems ?? []).flatMap((problem) => problemLines(problem, first, style, view)),
    ...causeLines(error, style, view),
    ...(known === undefined || (view.verbose && known.code !== 'MLO_USAGE') ? stackLines(error, style, view) : []),
  ];
  const said = known?.problems.some((problem) => problem.hint === known.hint) === true;
  const hint = known === undefined ? REPORT_HINT : said ? undefined : known.hint;
  return hint === undefined ? lines : [...lines, ...hintLines(hint, style, view)];
}

/** `error[MLO_…]: what happened`. */
export function headLine(code: string, message: string, style: Style): string {
  return `${style.red(style.bold(`error[${code}]`))}: ${style.bold(message)}`;
}

export function errorBody(error: unknown, view: ErrorView): ErrorBody {
  const message = redact(messageOf(error), view.secrets);
  if (!(error instanceof MloError)) {
    return { code: 'MLO_INTERNAL', message, hint: REPORT_HINT, details: { stack: redact(stackOf(error), view.secrets).split('\n') } };
  }
  const problems = error.problems.map((problem) => ({ code: error.code, ...problem }));
  const details = { ...error.details, ...(problems.length === 0 ? {} : { problems }) };
  return {
    code: error.code,
    message,
    ...(error.hint === undefined ? {} : { hint: redact(error.hint, view.secrets) }),
    details: redactDeep(details, view),
  };
}

/** Also used for warnings that know their place. */
function placeLines(problem: Problem, style: Style, view: ErrorView, note?: string): string[] {
  if (problem.file === undefined) return note === undefined ? [] : [`  ${style.glyphs.dot} ${safe(note, view)}`];
  const place = [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const number = problem.line === undefined ? '' : String(problem.line);
  const gutter = ' '.repeat(number.length);
  const arrow = ` ${gutter}${style.cyan('-->')} ${safe(place, view)}`;
  const bar = style.cyan('|');
  if (problem.source === undefined || problem.line === undefined)
    return note === undefined ? [arrow] : [arrow, ` ${gutter} ${bar} ${safe(note, view)}`];
  const { text, caret } = excerpt(problem.source, problem.column ?? 1, style.width - number.length - 5);
  const mark = problem.column === undefined ? '' : `${' '.repeat(caret)}^ `;
  return [
    arrow,
    ` ${gutter} ${bar}`,
    ` ${style.cyan(number)} ${bar} ${safe(text, view)}`,
    ` ${gutter} ${bar} ${style.red(`${mark}${safe(note ?? '', view)}`)}`.trimEnd(),
  ];
}

function problemLines(problem: Problem, headline: string, style: Style, view: ErrorView): string[] {
  const note = problem.message === headline ? undefined : problem.message;
  const hint = problem.hint === undefined ? [] : [`   ${style.cyan('=')} ${safe(problem.hint, view)}`];
  return [...placeLines(problem, style, view, note), ...hint];
}

/** The part of a long line around the caret; tabs count as one space so that the caret stands right. */
function excerpt(source: string, column: number, width: number): { text: string; caret: number } {
  const line = source.replace(/\r?\n[\s\S]*$/, '').replaceAll('\t', ' ');
  const index = Math.min(Math.max(0, column - 1), line.length);
  const before = line.slice(0, index);
  if (textWidth(line) <= width) return { text: line, caret: textWidth(printable(before)) };
  const start = textWidth(before) < width - 10 ? 0 : Math.max(0, index - Math.floor(width / 2));
  const text = truncate(line.slice(start), width);
  return { text, caret: textWidth(printable(line.slice(start, index))) };
}

function causeLines(error: unknown, style: Style, view: ErrorView): string[] {
  const lines: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  const shown = new Set([messageOf(error)]);
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth += 1) {
    const text = messageOf(cause);
    if (![...shown].some((message) => message.includes(text)))
      lines.push(`  ${style.dim('caused by:')} ${safe(text.split('\n')[0] ?? '', view)}`);
    shown.add(text);
    if (view.verbose) lines.push(...stackLines(cause, style, view));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

function stackLines(error: unknown, style: Style, view: ErrorView): string[] {
  return stackOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => style.dim(safe(line, view)));
}

function hintLines(hint: string, style: Style, view: ErrorView): string[] {
  const [first = '', ...rest] = hint.split('\n');
  return [`${style.cyan('hint:')} ${safe(first, view)}`, ...rest.map((line) => `      ${safe(line, view)}`)];
}

function safe(text: string, view: ErrorView): string {
  return printable(redact(text, view.secrets));
}

function redactDeep<T>(value: T, view: ErrorView): T {
  if (typeof value === 'string') return redact(value, view.secrets) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(item, view)) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, redactDeep(item, view)])) as T;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}
