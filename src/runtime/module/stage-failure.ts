import { inspect } from 'node:util';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { entryPoint } from '../../fs/entry-point.ts';
import { describeNativeMessage } from '../tensorflow/native/native-error.ts';
import { describeWasmMessage } from '../tensorflow/wasm/wasm-error.ts';
import type { Failure } from './protocol.ts';
import { findSyntaxError } from './syntax-place.ts';

/** A place in the user's code; lines and columns count from 1. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface FailureOptions {
  readonly address: string;
  /** Absolute, real. */
  readonly root: string;
}

const OWN_FOLDER = fileURLToPath(new URL('./', entryPoint('index')));
const FRAME = /^\s+at (async (?!\/|file:)|)(?:async )?(?:(.*) \()?((?:file:\/\/)?\/.*?):(\d+):(\d+)\)?$/;

/** What a stage's function threw, as the error that the user sees: where in their code, without our frames. */
export function stageThrew(error: unknown, options: FailureOptions): Failure {
  const frame = firstFrame(error, options.root);
  if (error instanceof MloError)
    return {
      ...toFailure(error),
      details: { ...error.details, ...(frame === undefined ? {} : { frame }) },
      message: withPlace(error.message, frame),
    };
  return failure('MLO_STAGE_FAILED', `Stage '${options.address}' failed`, error, frame, options);
}

/** What went wrong while the module was resolved, parsed or evaluated; `files`: what was loaded for it, from the project root. */
export function moduleFailed(error: unknown, module: string, options: FailureOptions, files: readonly string[]): Failure {
  if (error instanceof MloError) return stageThrew(error, options);
  const frame = syntaxFrame(error, options.root) ?? firstFrame(error, options.root) ?? findSyntaxError(error, options.root, files);
  const { hint, ...failed } = failure('MLO_MODULE', `Stage '${options.address}' cannot load ${module}`, error, frame, options);
  const install = packageToInstall(error);
  if (install !== undefined) return { ...failed, hint: `npm install ${install}` };
  return hint === undefined ? failed : { ...failed, hint };
}

export function toFailure({ code, message, hint, details, problems }: MloError): Failure {
  return { code, message, details, problems, ...(hint === undefined ? {} : { hint }) };
}

function failure(
  code: Failure['code'],
  what: string,
  error: unknown,
  frame: Frame | undefined,
  { address, root }: FailureOptions,
): Failure {
  const place = frame === undefined ? '' : ` at ${formatFrame(frame)}`;
  const stack = userStack(error, root);
  return {
    code,
    message: `${what}${place}: ${describe(error).replaceAll(`${root}${sep}`, '')}`,
    hint: `mlo logs ${shellWord(address)}`,
    details: { stage: address, ...(frame === undefined ? {} : { frame }), ...(stack === undefined ? {} : { stack }) },
  };
}

function withPlace(message: string, frame: Frame | undefined): string {
  return frame === undefined ? message : `${formatFrame(frame)}: ${message}`;
}

function formatFrame({ file, line, column }: Frame): string {
  return `${file}:${line}:${column}`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${inspect(error)}, which is no Error`;
  const wasm = describeWasmMessage(error.name, error.message);
  if (wasm !== undefined) return wasm;
  const message = describeNativeMessage(error.message)
    .split('\n')
    .filter((line) => !line.startsWith('Require stack:') && !line.startsWith('- /'))
    .join('\n');
  return error.name === 'Error' ? message : `${error.name}: ${message}`;
}

/** The nearest frame in a file of the project that is no package's. */
function firstFrame(error: unknown, root: string): Frame | undefined {
  for (const line of stackLines(error)) {
    const frame = parseFrame(line);
    const file = frame === undefined ? undefined : projectFile(frame.path, root);
    if (frame !== undefined && file !== undefined && !/(^|\/)node_modules\//.test(file))
      return { file, line: frame.line, column: frame.column };
  }
  return undefined;
}

/** A file that cannot be parsed stands, with its line and a caret, above the stack. */
function syntaxFrame(error: unknown, root: string): Frame | undefined {
  if (!(error instanceof Error)) return undefined;
  const [head = '', ...lines] = (error.stack ?? '').split('\n');
  const caret = lines.find((line) => /^\s*\^+\s*$/.test(line)) ?? '';
  const place = /^((?:file:\/\/)?\/.*):(\d+)$/.exec(head);
  const file = place === null ? undefined : projectFile(toPath(place[1] as string), root);
  return file === undefined ? undefined : { file, line: Number(place?.[2]), column: Math.max(1, caret.indexOf('^') + 1) };
}

/** The stack as far as it is the user's business, paths from the project root; causes below. */
function userStack(error: unknown, root: string, depth = 0): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = stackLines(error).flatMap((line) => {
    const frame = parseFrame(line);
    if (frame === undefined || frame.path.startsWith(OWN_FOLDER)) return [];
    const file = projectFile(frame.path, root) ?? frame.path;
    const place = `${file}:${frame.line}:${frame.column}`;
    return [`    at ${frame.name === undefined ? place : `${frame.name} (${place})`}`];
  });
  const cause = error.cause === undefined || depth === 5 ? undefined : userStack(error.cause, root, depth + 1);
  return [`${error.name}: ${error.message}`, ...frames, ...(cause === undefined ? [] : [`Caused by ${cause}`])].join('\n');
}

function stackLines(error: unknown): readonly string[] {
  return error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
}

function parseFrame(line: string): { path: string; name: string | undefined; line: number; column: number } | undefined {
  const match = FRAME.exec(line);
  if (match === null) return undefined;
  const [, async, name, place, row, column] = match;
  return {
    name: name === undefined ? undefined : `${async}${name}`,
    path: toPath(place as string),
    line: Number(row),
    column: Number(column),
  };
}

function toPath(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place.replace(/[?#].*$/, '')) : place;
}

/** Undefined for files outside of the project and for mlo's own. */
function projectFile(path: string, root: string): string | undefined {
  const file = relative(root, path).split(sep).join('/');
  return file.startsWith('../') || path.startsWith(OWN_FOLDER) ? undefined : file;
}

function packageToInstall(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  if (name === undefined || /^(\.|\/|file:|#|[A-Za-z]:)/.test(name)) return undefined;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
