import type { Content } from './content.ts';
import { canonicalJson, parseCanonicalJson } from './encoding/canonical-json.ts';
import { MloError } from './errors/mlo-error.ts';
import { isSafeProjectPath } from './path/project-path.ts';
import { isLockedContent } from './lock/check-record.ts';
import { fromLocked, toLocked } from './lock/types.ts';
import type { ProjectPath } from './stage.ts';
import { readPointerSource, type PointerSource } from './pointer-source.ts';
import { shellWord } from './text/shell-word.ts';
import { isMap, type Value } from './value.ts';

const POINTER_SCHEMA = 1;

/** What a pointer file says. */
export interface PointerText {
  readonly content: Content;
  /** Imported data: where it came from. */
  readonly source?: PointerSource;
}

/** The pointer file of data that was added or imported: `<path>.mlo`, canonical JSON, committed to Git. */
export function formatPointer(content: Content, source?: PointerSource): string {
  const from = source === undefined ? {} : { source };
  return canonicalJson({ hash: 'blake3-256', schema: POINTER_SCHEMA, ...toLocked(content), ...from } as unknown as Value, 2);
}

/** The data that a pointer stands for. Throws MLO_PATH_UNSAFE: `.git.mlo` stands for nothing that may be overwritten. */
export function dataPathOf(pointerPath: ProjectPath): ProjectPath {
  const path = pointerPath.replace(/\.mlo$/, '');
  const isSafe: boolean = isSafeProjectPath(path);
  if (isSafe) return path;
  throw new MloError('MLO_PATH_UNSAFE', `'${pointerPath}' is refused: no data may lie at '${path}'`, {
    hint: `Find out who made it (git log -- '${pointerPath}'), then delete it.`,
    details: { path, file: pointerPath },
  });
}

/** Whether a text that cannot be understood was once a pointer: what pointers have, whatever their schema. */
export function resemblesPointer(text: string): boolean {
  return text.includes('blake3-256');
}

/** Throws MLO_FORMAT or MLO_FORMAT_VERSION. */
export function parsePointer(path: string, text: string): Content {
  return parsePointerText(path, text).content;
}

/** The same with where it came from; a source that this mlo does not understand is left out. */
export function parsePointerText(path: string, text: string): PointerText {
  if (/^(<{7}|={7}|>{7})/m.test(text)) {
    throw new MloError('MLO_FORMAT', `'${path}' has merge conflict markers: both sides changed that data`, {
      hint: `Keep one of the two blocks in it, then: mlo checkout ${shellWord(path.replace(/\.mlo$/, ''))}`,
    });
  }
  let value: Value;
  try {
    value = parseCanonicalJson(text);
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
  if (!isMap(value)) throw damaged(path, 'it is not a JSON object');
  const schema = value['schema'];
  if (typeof schema === 'number' && schema > POINTER_SCHEMA) {
    throw new MloError('MLO_FORMAT_VERSION', `'${path}' has schema ${schema}; this mlo reads up to ${POINTER_SCHEMA}`, {
      hint: 'Update mlo-cli.',
    });
  }
  if (schema !== POINTER_SCHEMA || value['hash'] !== 'blake3-256') throw damaged(path, '"hash" and "schema" are not those of a pointer');
  if (!isLockedContent(value)) throw damaged(path, 'it holds no digest and size');
  const { digest, size, kind, files, mode } = value;
  const content = fromLocked({
    digest,
    size,
    ...(kind === undefined ? {} : { kind }),
    ...(files === undefined ? {} : { files }),
    ...(mode === undefined ? {} : { mode }),
  });
  const source = readPointerSource((value as { readonly [key: string]: Value })['source']);
  return { content, ...(source === undefined ? {} : { source }) };
}

function damaged(path: string, why: string, cause?: unknown): MloError {
  return new MloError('MLO_FORMAT', `'${path}' is not a pointer of mlo: ${why}`, {
    hint: `Restore it (git checkout -- ${shellWord(path)}) or add the data again: mlo add ${shellWord(path.replace(/\.mlo$/, ''))}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
