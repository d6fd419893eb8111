import { rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from '../../core/content.ts';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { moveIntoPlace, temporaryBeside } from '../../fs/place.ts';
import { FINE_TICK_MS } from '../../fs/stat-index/trust.ts';
import { indexKey, type WorkspaceContext } from '../workspace/context.ts';
import type { Node, NodeStat } from '../scan/node.ts';
import { lstat } from '../workspace/read-path.ts';
import { RelinkedFiles } from '../workspace/relinked.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import type { CheckoutOptions } from '../types.ts';
import type { CheckoutPlan, Placement } from './plan.ts';
import { Stager } from './stager.ts';

/** So many new files are worth a few milliseconds of waiting, after which they need not be hashed again. */
const MANY_FILES = 500;

export interface Staged {
  readonly placement: Placement;
  readonly temporary: BytePath;
}

/**
 * First all new content is written beside its place, and verified; only then is anything replaced, and what
 * has no place any more removed. An error in the first part leaves the workspace as it was.
 */
export async function applyCheckout(context: WorkspaceContext, plan: CheckoutPlan, options: CheckoutOptions): Promise<void> {
  const staged = plan.placements.map((placement): Staged => ({ placement, temporary: temporaryBeside(placement.path) }));
  const stager = new Stager(context, options);
  const relinked = new RelinkedFiles();
  try {
    await stageAll(stager, staged, options);
    for (const each of staged) {
      // From here on others know the files, and may change them.
      const shownMs = context.index.now();
      putInPlace(context, each, relinked, options.force ?? false);
      if (each.placement.content.kind === 'tree') stager.remember(each.placement.path, shownMs);
    }
  } catch (error) {
    await stager.settle();
    for (const { temporary } of staged) rmSync(toSystemPath(temporary), { recursive: true, force: true });
    throw error;
  }
  for (const { path, node } of plan.removals) removeNode(context, path, node, relinked);
}

export async function stageAll(stager: Stager, staged: readonly Staged[], options: CheckoutOptions): Promise<void> {
  for (const { placement, temporary } of staged) await stager.stage(placement.content, temporary, placement.path);
  throwIfInterrupted(options.signal);
  if (stager.files > MANY_FILES) await delay(FINE_TICK_MS + 2);
}

export function putInPlace(context: WorkspaceContext, { placement, temporary }: Staged, relinked: RelinkedFiles, force: boolean): void {
  const { path, content, replaced } = placement;
  checkUnchanged(path, replaced?.stat, relinked);
  const isSwap = replaced !== undefined && replaced.children === undefined && content.kind !== 'tree';
  if (replaced !== undefined && !isSwap) removeNode(context, path, replaced, relinked);
  // What is left of a folder is ignored, or came meanwhile.
  if (replaced !== undefined && !isSwap && lstat(path) !== undefined) {
    if (!force) throw sourceChanged(path);
    rmSync(toSystemPath(path), { recursive: true, force: true });
  }
  withIoErrors('write', toDisplayPath(path), () => moveIntoPlace(temporary, path));
  rememberFile(context, content, path);
}

/**
 * The bytes were verified under a name that nobody else knew. Where they are older than a clock tick by now,
 * any later change must show, so the file need not be hashed again (see the stat index).
 */
function rememberFile(context: WorkspaceContext, content: Content, path: BytePath): void {
  const stat = content.kind === 'file' ? lstat(path) : undefined;
  if (stat?.isFile() !== true) return;
  const isOld = stat.mtimeMs + FINE_TICK_MS < stat.ctimeMs;
  if (isOld) context.index.record(indexKey(context, path), stat, content.digest, Number.POSITIVE_INFINITY);
  else context.index.forget(indexKey(context, path));
}

/** What was looked at is still what lies there, and may go: somebody may have written to it meanwhile. */
function checkUnchanged(path: BytePath, expected: NodeStat | undefined, relinked: RelinkedFiles): void {
  const now = lstat(path);
  if (now === undefined && expected === undefined) return;
  const isSame =
    now !== undefined && expected !== undefined && (expected.type === 'folder' ? now.isDirectory() : relinked.isUnchanged(now, expected));
  if (!isSame) throw sourceChanged(path);
  relinked.losesName(now);
}

/** Removes what was seen and nothing else: a folder that holds something new, or something ignored, stays. */
function removeNode(context: WorkspaceContext, path: BytePath, node: Node, relinked: RelinkedFiles): void {
  if (node.children !== undefined) {
    for (const [name, child] of node.children) removeNode(context, inFolder(path, name), child, relinked);
    withIoErrors('delete the folder', toDisplayPath(path), () => removeFolder(path));
    return;
  }
  checkUnchanged(path, node.stat, relinked);
  withIoErrors('delete', toDisplayPath(path), () => unlinkSync(toSystemPath(path)));
  context.index.forget(indexKey(context, path));
}

function removeFolder(path: BytePath): void {
  try {
    rmdirSync(toSystemPath(path));
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
