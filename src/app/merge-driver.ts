import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sameContent, type Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { parseLock } from '../core/lock/format.ts';
import { mergeLocks } from '../core/lock/merge.ts';
import type { Lock } from '../core/lock/types.ts';
import { parsePointer } from '../core/pointer.ts';
import { mergeTexts } from '../fs/git-repository.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { POINTER_SUFFIX } from './scan-project.ts';

/** The files that Git hands to a merge driver, absolute, and the path they are versions of. */
export interface MergeFiles {
  readonly base: string;
  /** Read, and written with the result. */
  readonly ours: string;
  readonly theirs: string;
  /** For messages, relative to the top of the repository. */
  readonly path: string;
}

export interface MergeData {
  readonly path: string;
  /** Names of stages, or the path of the data, that both sides changed differently; empty where all is merged. */
  readonly conflicts: readonly string[];
  readonly kind: 'lock' | 'pointer' | 'text';
}

const LABELS = { ours: 'ours', theirs: 'theirs' };

/** Merges versions of a lock by stage, of a pointer as a whole. What is neither is merged as Git merges texts. */
export function mergeFiles(cwd: string, files: MergeFiles): MergeData {
  const isPointer = files.path.endsWith(POINTER_SUFFIX);
  try {
    return isPointer ? mergePointers(files) : mergeLockFiles(files);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const conflicts = mergeTexts(cwd, files.ours, files.base, files.theirs) === 'merged' ? [] : [files.path];
    return { path: files.path, conflicts, kind: 'text' };
  }
}

function mergeLockFiles({ base, ours, theirs, path }: MergeFiles): MergeData {
  const read = (file: string): Lock | undefined => {
    const text = readFileSync(file, 'utf8');
    return text === '' ? undefined : parseLock(path, text);
  };
  const [ourLock, theirLock] = [read(ours), read(theirs)];
  if (ourLock === undefined || theirLock === undefined) throw new MloError('MLO_FORMAT', `One side of '${path}' is empty`);
  const { text, conflicts } = mergeLocks({ base: read(base), ours: ourLock, theirs: theirLock }, LABELS);
  writeFileAtomic(ours, text);
  return { path, conflicts, kind: 'lock' };
}

function mergePointers({ base, ours, theirs, path }: MergeFiles): MergeData {
  const read = (file: string): { readonly content: Content; readonly text: string } | undefined => {
    const text = readFileSync(file, 'utf8');
    return text === '' ? undefined : { content: parsePointer(path, text), text };
  };
  const before = read(base);
  const our = read(ours);
  const their = read(theirs);
  if (our === undefined || their === undefined) throw new MloError('MLO_FORMAT', `One side of '${path}' is empty`);
  // The whole text: where it was imported from goes with the data.
  const takesTheirs = before?.text === our.text || (sameContent(before?.content, our.content) && before?.text !== their.text);
  if (takesTheirs || sameContent(our.content, their.content) || sameContent(before?.content, their.content)) {
    if (takesTheirs) writeFileAtomic(ours, their.text);
    return { path, conflicts: [], kind: 'pointer' };
  }
  const text = `<<<<<<< ${LABELS.ours}\n${our.text}=======\n${their.text}>>>>>>> ${LABELS.theirs}\n`;
  writeFileAtomic(ours, text);
  return { path, conflicts: [path.slice(0, -POINTER_SUFFIX.length)], kind: 'pointer' };
}

/** A lock or pointer as lines for people; anything else as it is. `cwd`: what `file` is relative to. */
export async function readableText(cwd: string, file: string): Promise<string> {
  const text = readFileSync(join(file.startsWith('/') ? '' : cwd, file), 'utf8');
  const { readableContent, readableLock } = await import('../core/lock/readable.ts');
  for (const read of [() => readableLock(parseLock(basename(file), text)), () => readableContent(parsePointer(basename(file), text))]) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
    }
  }
  return text;
}
