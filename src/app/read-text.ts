import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { ErrorCode } from '../core/errors/catalogue.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { SourceText } from '../core/source/source-text.ts';
import type { ProjectPath } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { hintOfErrno } from '../fs/errno.ts';
import { absolutePath } from './paths.ts';
import type { ReadText } from './parsed-cache.ts';
import { LOCK_SUFFIX } from './scan-project.ts';

/**
 * Reads small text files of the project, each once; undefined where there is none. `overlay` stands for the files it names. Throws where
 * a file is not UTF-8, for then its text is not what it says: MLO_PIPELINE_SYNTAX for `pipelines`, MLO_FORMAT for locks, else MLO_PARAMS.
 */
export function textReader(
  root: string,
  overlay: ReadonlyMap<ProjectPath, string> = new Map(),
  pipelines: readonly ProjectPath[] = [],
): ReadText {
  const codeOf = (path: ProjectPath): ErrorCode =>
    pipelines.includes(path) ? 'MLO_PIPELINE_SYNTAX' : path.endsWith(LOCK_SUFFIX) ? 'MLO_FORMAT' : 'MLO_PARAMS';
  return eachOnce(overlay, (path) => {
    const bytes = bytesOf(root, path);
    if (bytes !== undefined && !isUtf8(bytes)) throw notUtf8(codeOf(path), path, bytes);
    return bytes?.toString();
  });
}

/** For what is only shown, or may be a file of another program: bytes that are not UTF-8 become U+FFFD. */
export function looseReader(root: string): ReadText {
  return eachOnce(new Map(), (path) => bytesOf(root, path)?.toString());
}

function eachOnce(known: ReadonlyMap<ProjectPath, string>, read: ReadText): ReadText {
  const texts = new Map<ProjectPath, string | undefined>(known);
  return (path) => {
    if (!texts.has(path)) texts.set(path, read(path));
    return texts.get(path);
  };
}

function bytesOf(root: string, path: ProjectPath): Buffer | undefined {
  try {
    return readFileSync(absolutePath(root, path));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new MloError('MLO_CONFIG', `Cannot read '${path}': ${(cause as Error).message}`, { ...hintOfErrno(cause), cause });
  }
}

function notUtf8(code: ErrorCode, path: ProjectPath, bytes: Buffer): MloError {
  const source = new SourceText(path, bytes.toString());
  const message = `'${path}' is not UTF-8`;
  const hint = `Save it as UTF-8; from Latin-1, for example: iconv -f LATIN1 -t UTF-8 ${shellWord(path)}`;
  const problem = source.problem(Math.max(0, source.text.indexOf('\uFFFD')), message, hint);
  return new MloError(code, message, { hint, details: { path }, problems: [problem] });
}
