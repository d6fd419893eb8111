import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { parseLock } from '../../core/lock/format.ts';
import { fromLocked } from '../../core/lock/types.ts';
import { dataPathOf, parsePointerText } from '../../core/pointer.ts';
import { listingOf } from '../../core/pointer-source.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { LOCK_SUFFIX, POINTER_SUFFIX } from '../scan-project.ts';

/** What a lock or pointer names, whether or not a pipeline still has that stage. */
export interface NamedContent {
  readonly path: ProjectPath;
  readonly content: Content;
  /** Outs: the lock, and the name of the stage in it. */
  readonly lock?: { readonly file: ProjectPath; readonly stage: string };
}

export function mayNameObjects(path: ProjectPath): boolean {
  return path.endsWith(POINTER_SUFFIX) || path.endsWith(LOCK_SUFFIX);
}

/** What the text of a lock or pointer names; nothing for locks of other programs. Throws MLO_FORMAT, MLO_FORMAT_VERSION. */
export function namedContents(file: ProjectPath, text: string): readonly NamedContent[] {
  if (file.endsWith(POINTER_SUFFIX)) {
    const { content, source } = parsePointerText(file, text);
    const listing = listingOf(source);
    return [{ path: dataPathOf(file), content }, ...(listing === undefined ? [] : [{ path: file, content: listing }])];
  }
  if (!OUR_NAME.test(file) && !OUR_LOCK.test(text)) return [];
  return Object.entries(parseLock(file, text).stages).flatMap(([stage, entry]) =>
    Object.entries(entry.outs ?? {}).map(([path, locked]) => ({ path, content: fromLocked(locked), lock: { file, stage } })),
  );
}

/** Locks of the usual pipeline files, and what else looks like one of ours, damaged or not. */
const OUR_NAME = /(?:^|\/)(?:pipeline|dvc\.mlo)\.lock$/;
const OUR_LOCK = /blake3-256/;
const ANY_DIGEST = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/** For keeping, where a text cannot be understood: every digest that stands in it, of what is not known. */
export function digestsIn(text: string): readonly Digest[] {
  return (text.match(ANY_DIGEST) ?? []) as unknown as readonly Digest[];
}

/** The text cannot be understood by any mlo: with a newer one it might. */
export function isDamage(error: unknown): error is MloError {
  return error instanceof MloError && error.code !== 'MLO_FORMAT_VERSION';
}
