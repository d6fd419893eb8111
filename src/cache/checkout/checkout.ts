import { rmSync } from 'node:fs';
import { sameContent, type Content } from '../../core/content.ts';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hasOwnFolder } from '../../core/path/project-path.ts';
import { readRealPath } from '../../fs/byte-names.ts';
import { folderOf, inFolder, liesInside, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { removeOldTemporaries } from '../../fs/old-temporaries.ts';
import type { CheckoutOptions, CheckoutSummary } from '../types.ts';
import { shownPath, type WorkspaceContext } from '../workspace/context.ts';
import { FolderNode, type Node } from '../scan/node.ts';
import { lstat, namesIn, readPath, type ReadOptions } from '../workspace/read-path.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import { applyCheckout } from './apply.ts';
import { countFiles, planCheckout, unsavedError, unsavedPaths, type CheckoutPlan } from './plan.ts';
import { placeAgain } from './place-again.ts';
import { makeByteFolder } from '../../fs/make-folder.ts';
import { lostError, withoutMissing } from './without-missing.ts';

/** Makes `path` hold exactly `content`; see `Cache.checkout`. */
export async function checkout(
  context: WorkspaceContext,
  content: Content,
  path: BytePath,
  options: CheckoutOptions,
): Promise<CheckoutSummary> {
  checkParents(context, path);
  const looking: ReadOptions = {
    store: false,
    anything: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onLook === undefined ? {} : { onProgress: options.onLook }),
  };
  const look = (): Promise<Node | undefined> => readPath(context, path, { ...looking, includeIgnored: options.includeIgnored ?? false });
  const found = await look();
  if (found !== undefined && sameContent(found.content, content)) {
    removeLeftovers(context, path, found);
    if (options.again === true) await placeAgain(context, content, path, look, options);
    return { added: 0, modified: 0, deleted: 0 };
  }
  if (options.again === true) throw sourceChanged(path);
  const missing = context.trees.missing(content);
  if (missing.length > 0 && options.partial !== true) throw context.store.missing(missing, shownPath(context, path));
  const { content: wanted, lost } = missing.length > 0 ? withoutMissing(context, content, path, new Set(missing)) : { content, lost: [] };
  if (wanted === undefined) throw context.store.missing(missing, shownPath(context, path));
  const plan = keeping(
    lost,
    await planCheckout(context, wanted, path, found, (hidden) => readPath(context, hidden, { ...looking, includeIgnored: true })),
  );
  if (options.force !== true) {
    const unsaved = unsavedPaths(context, plan);
    if (unsaved.length > 0) throw unsavedError(context, unsaved);
  }
  removeLeftovers(context, path, found);
  withIoErrors('make the folder of', shownPath(context, path), () => makeByteFolder(folderOf(path)));
  await applyCheckout(context, plan, options);
  if (lost.length > 0) throw lostError(context, path, lost, missing);
  return summaryOf(plan);
}

/** What lies where something is lost is not removed for that. */
function keeping(lost: readonly BytePath[], plan: CheckoutPlan): CheckoutPlan {
  if (lost.length === 0) return plan;
  const places = new Set(lost);
  return { ...plan, removals: plan.removals.filter(({ path }) => !places.has(path)) };
}

/** A folder above the path may be a symlink, but not one that leads out of the project or into what Git and mlo keep. */
function checkParents(context: WorkspaceContext, path: BytePath): void {
  if (path === context.root || !liesInside(context.root, path)) throw unsafePath(context, path, 'is not in the project');
  if (hasOwnFolder(path.slice(context.root.length))) throw unsafePath(context, path, "is in Git's or mlo's own folder");
  let folder = folderOf(path);
  while (folder !== context.root && lstat(folder) === undefined) folder = folderOf(folder);
  const real = withIoErrors('look at', shownPath(context, folder), () => readRealPath(folder));
  if (!liesInside(context.realRoot, real))
    throw unsafePath(context, path, `lies in a folder that is a symlink to ${toDisplayPath(real)}, outside the project`);
  if (hasOwnFolder(real.slice(context.realRoot.length)))
    throw unsafePath(context, path, `lies in a folder that is a symlink to ${toDisplayPath(real)}, Git's or mlo's own folder`);
}

function unsafePath(context: WorkspaceContext, path: BytePath, why: string): MloError {
  return new MloError('MLO_PATH_UNSAFE', `${shownPath(context, path)} ${why}; nothing is written there`, {
    hint: 'Replace the symlink by a folder, or use another path',
    details: { path: shownPath(context, path) },
  });
}

/** What checkouts that were killed have left: in the folder itself whatever it is, beside it what is old, for another one may be at work there. */
function removeLeftovers(context: WorkspaceContext, path: BytePath, found: Node | undefined): void {
  const folder = folderOf(path);
  if (!context.cleaned.has(folder)) removeOldTemporaries(folder);
  context.cleaned.add(folder);
  if (found !== undefined) removeTemporaries(path, found);
}

/** Below a folder that this process alone writes to. */
export function removeTemporaries(path: BytePath, node: Node): void {
  if (!(node instanceof FolderNode)) return;
  for (const name of node.hasLeftovers ? namesIn(path) : []) {
    if (!isTemporaryName(name)) continue;
    withIoErrors('delete', toDisplayPath(inFolder(path, name)), () =>
      rmSync(toSystemPath(inFolder(path, name)), { recursive: true, force: true }),
    );
  }
  for (const [name, child] of node.others) removeTemporaries(inFolder(path, name), child);
}

function summaryOf(plan: CheckoutPlan): CheckoutSummary {
  let added = 0;
  let modified = 0;
  let deleted = 0;
  for (const { content, replaced } of plan.placements) {
    const isSwap = replaced !== undefined && replaced.children === undefined && content.kind !== 'tree';
    if (isSwap) modified += 1;
    else added += content.kind === 'tree' ? (content.files ?? 0) : 1;
    if (replaced !== undefined && !isSwap) deleted += countFiles(replaced);
  }
  for (const { node } of plan.removals) deleted += countFiles(node);
  return { added, modified, deleted };
}
