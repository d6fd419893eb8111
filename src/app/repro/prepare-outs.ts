import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromLocked, type LockedContent, type LockEntry } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import type { OutSpec, Stage } from '../../core/stage.ts';
import { count, formatBytes } from '../../core/text/amount.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import { isUnreadable } from '../tracked/diff-nodes.ts';
import type { Project } from '../project.ts';
import type { Leftovers } from './journal.ts';
import type { Workspace } from '../workspace.ts';

/** Above this, unknown bytes are not silently copied into the cache: a mistyped `outs: [data]` must not copy 500 GB. */
const ASK_BYTES = 1024 ** 3;
const ASK_FILES = 10_000;

export interface PrepareOuts {
  readonly project: Project;
  readonly cache: Cache;
  readonly workspace: Workspace;
  readonly stage: Stage;
  readonly locked: LockEntry | undefined;
  /** What an attempt that did not finish left over; `any` where it was killed and nobody could look. */
  readonly leftovers: Leftovers | 'any' | undefined;
}

/** Saves what exists nowhere else, removes the old outs and makes the folders of the new ones. */
export async function removeOldOuts(request: PrepareOuts): Promise<void> {
  const { project, cache, stage, workspace } = request;
  const isRemoved = (out: OutSpec): boolean => !out.persist && workspace.outs.get(out.path) !== undefined;
  await saveUnknownBytes(request, stage.outs.filter(isRemoved));
  for (const out of stage.outs) {
    const path = absolutePath(project.root, out.path);
    if (out.persist) cache.detach(path);
    else if (isRemoved(out)) {
      rmSync(path, { recursive: true, force: true });
      workspace.outs.set(out.path, undefined);
    }
  }
  makeFolders(project.root, stage);
}

/** The folders that outs are written into, and the wdir where it is an out or lies in one: without it nothing can begin. */
export function makeFolders(root: string, { outs, wdir }: Stage): void {
  for (const { path } of outs) mkdirSync(dirname(absolutePath(root, path)), { recursive: true });
  if (outs.some(({ path }) => isAtOrBelow(wdir, path))) mkdirSync(absolutePath(root, wdir), { recursive: true });
}

/**
 * Bytes in outs that neither the lock nor the cache knows are committed to the store and named. Throws MLO_OUT_UNSAVED, before
 * any are copied, where there are more than may be without being asked for.
 */
export async function saveUnknownBytes(request: PrepareOuts, outs: readonly OutSpec[]): Promise<void> {
  const unknown = outs.flatMap((out) => {
    const content = unknownContent(request, out);
    return content === undefined ? [] : [{ out, content }];
  });
  for (const { out, content } of unknown) if (needsConsent(request, content)) await askOrStop(request, out, content);
  for (const { out, content } of unknown) await keepAndName(request, out, content);
}

/** What lies in the out, where it would be lost with it. */
function unknownContent({ cache, workspace, locked, leftovers }: PrepareOuts, out: OutSpec): Content | undefined {
  const content = workspace.outs.get(out.path);
  const isLeftover = typeof leftovers === 'object' && own(leftovers, out.path) === content?.digest;
  return content === undefined || isLeftover || cache.has(content) || isFromLock(locked, out, content) ? undefined : content;
}

/** An attempt that was killed may leave as much as one that ends stores, and must not stand in the way of the next: nobody is asked. */
function needsConsent({ leftovers }: PrepareOuts, { size, files = 1 }: Content): boolean {
  return leftovers !== 'any' && (size > ASK_BYTES || files > ASK_FILES);
}

async function keepAndName(request: PrepareOuts, out: OutSpec, content: Content): Promise<void> {
  const { project, cache, stage, locked, leftovers } = request;
  if (!(await keep(request, out, content)) || isRemainder(cache, content, own(locked?.outs, out.path))) return;
  const from = leftovers === 'any' ? 'the attempt that was killed left there, or somebody since' : 'no run produced';
  const what = content.kind === 'tree' ? count(content.files ?? 0, 'file') : formatBytes(content.size);
  project.ctx.emit({
    type: 'note',
    message: `Out '${out.path}' of stage '${stage.address}' held ${what} that ${from}: kept in the cache before it is replaced; to have it back: mlo checkout --digest ${content.digest} --to ${shellWord(`${out.path}.kept`)}`,
  });
}

/** false: what a killed attempt left cannot be kept (a socket, a link out of the project) and needs not be. */
async function keep({ project, cache, stage, leftovers }: PrepareOuts, out: OutSpec, content: Content): Promise<boolean> {
  try {
    await cache.commit(absolutePath(project.root, out.path), { includeIgnored: true });
    return true;
  } catch (error) {
    if (leftovers === 'any' && error instanceof MloError && error.code === 'MLO_FILE_TYPE') return false;
    if (!isFull(error)) throw error;
    throw unsaved(
      out,
      content,
      `${holding(stage, out, content)}, and the disk has no room to keep them; they were left where they are`,
      'Move them away, or delete them if nobody needs them; mlo gc makes room in the cache.',
    );
  }
}

function isFull(error: unknown): error is MloError {
  return error instanceof MloError && ['ENOSPC', 'EDQUOT'].includes(String(error.details['errno']));
}

/** A folder of which a killed process had removed a part: all that is left is in the lock. */
function isRemainder(cache: Cache, now: Content, locked: LockedContent | undefined): boolean {
  return now.kind === 'tree' && locked !== undefined && isPartOf(cache, now, fromLocked(locked));
}

function isPartOf(cache: Cache, part: Pick<Content, 'digest'>, whole: Pick<Content, 'digest'>): boolean {
  try {
    const before = new Map(cache.readTree(whole.digest).map((entry) => [entry.name.toString('latin1'), entry]));
    return cache.readTree(part.digest).every((entry) => {
      const was = before.get(entry.name.toString('latin1'));
      if (was?.type !== entry.type) return false;
      return was.digest === entry.digest || (entry.type === 'tree' && isPartOf(cache, entry, was));
    });
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

/** What the stage itself produced last time can be produced again. */
function isFromLock(locked: LockEntry | undefined, out: OutSpec, content: Content): boolean {
  const entry = own(locked?.outs, out.path);
  return !out.cache && entry !== undefined && sameContent(fromLocked(entry), content);
}

async function askOrStop({ project, stage }: PrepareOuts, out: OutSpec, content: Content): Promise<void> {
  const what = holding(stage, out, content);
  const agreed = await project.ctx.confirm?.(`${what}. Copy them into the cache and replace them?`);
  if (agreed === true) return;
  throw unsaved(
    out,
    content,
    `${what}; nothing was touched`,
    `If this is not an out, fix 'outs'. Else move the files away; mlo add keeps them in another place.`,
  );
}

function holding(stage: Stage, out: OutSpec, { size, files = 1 }: Content): string {
  return `Out '${out.path}' of stage '${stage.address}' holds ${count(files, 'file')} (${formatBytes(size)}) whose bytes exist nowhere else`;
}

function unsaved({ path }: OutSpec, { size, files = 1 }: Content, message: string, hint: string): MloError {
  return new MloError('MLO_OUT_UNSAVED', message, { hint, details: { path, size, files } });
}
