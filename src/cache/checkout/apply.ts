import { mkdirSync, rmdirSync, rmSync, symlinkSync, unlinkSync, type Stats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Content } from '../../core/content.ts';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { moveIntoPlace, temporaryBeside } from '../../fs/place.ts';
import { FINE_TICK_MS } from '../../fs/stat-index.ts';
import { rowContent } from '../tree-objects.ts';
import { indexKey, type WorkspaceContext } from '../workspace/context.ts';
import { sameFile, sourceChanged } from '../workspace/read-file.ts';
import { lstat, type Node } from '../workspace/read-path.ts';
import type { CheckoutOptions } from '../types.ts';
import type { CheckoutPlan, Placement } from './plan.ts';
import { writeObject } from './write-object.ts';

const TURN_MS = 40;

interface Staged {
  readonly placement: Placement;
  readonly temporary: BytePath;
}

/**
 * First all new content is written beside its place, and verified; only then is anything replaced, and what
 * has no place any more removed. An error in the first part leaves the workspace as it was.
 */
export async function applyCheckout(context: WorkspaceContext, plan: CheckoutPlan, options: CheckoutOptions): Promise<void> {
  const staged: Staged[] = [];
  const stager = new Stager(context, options);
  try {
    for (const placement of plan.placements) {
      const temporary = temporaryBeside(placement.path);
      staged.push({ placement, temporary });
      await stager.stage(placement.content, temporary, placement.path);
    }
    throwIfInterrupted(options.signal);
    for (const each of staged) putInPlace(context, each);
  } catch (error) {
    for (const { temporary } of staged) rmSync(toSystemPath(temporary), { recursive: true, force: true });
    throw error;
  }
  for (const { path, node } of plan.removals) removeNode(context, path, node);
}

class Stager {
  readonly #context: WorkspaceContext;
  readonly #options: CheckoutOptions;
  #bytes = 0;
  #files = 0;
  #turnStart = performance.now();

  constructor(context: WorkspaceContext, options: CheckoutOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** `path` is where `temporary` will go. */
  async stage(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    if (performance.now() - this.#turnStart > TURN_MS) await this.#takeTurn();
    if (content.kind === 'tree') await this.#stageFolder(content, temporary, path);
    else if (content.kind === 'symlink') this.#stageLink(content, temporary, path);
    else await this.#stageFile(content, temporary, path);
  }

  async #stageFolder(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    makeFolder(temporary, path);
    for (const row of this.#context.trees.rows(content.digest, toDisplayPath(path))) {
      await this.stage(rowContent(row), `${temporary}/${row.name}`, `${path}/${row.name}`);
    }
  }

  #stageLink(content: Content, temporary: BytePath, path: BytePath): void {
    const target = this.#context.store.read(content.digest, toDisplayPath(path));
    withIoErrors('write the symlink', toDisplayPath(path), () => symlinkSync(target, toSystemPath(temporary)));
  }

  async #stageFile(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    const { signal } = this.#options;
    await writeObject(this.#context, content, temporary, path, {
      onBytes: (bytes) => this.#tell(bytes, 0),
      ...(signal === undefined ? {} : { signal }),
    });
    this.#tell(0, 1);
  }

  #tell(bytes: number, files: number): void {
    this.#bytes += bytes;
    this.#files += files;
    this.#options.onProgress?.(this.#bytes, this.#files);
  }

  async #takeTurn(): Promise<void> {
    await nextTurn();
    throwIfInterrupted(this.#options.signal);
    this.#turnStart = performance.now();
  }
}

function putInPlace(context: WorkspaceContext, { placement, temporary }: Staged): void {
  const { path, content, replaced } = placement;
  checkUnchanged(path, replaced?.stat);
  const isSwap = replaced !== undefined && replaced.children === undefined && content.kind !== 'tree';
  if (replaced !== undefined && !isSwap) removeNode(context, path, replaced);
  withIoErrors('write', toDisplayPath(path), () => moveIntoPlace(temporary, path));
  rememberFile(context, content, path);
}

/**
 * The bytes were verified under a name that nobody else knew. Where they are older than a clock tick by now,
 * any later change must show, so the file need not be hashed again (see the stat index).
 */
function rememberFile(context: WorkspaceContext, content: Content, path: BytePath): void {
  if (content.kind === 'tree') {
    for (const row of context.trees.rows(content.digest)) rememberFile(context, rowContent(row), `${path}/${row.name}`);
    return;
  }
  if (content.kind !== 'file') return;
  const stat = lstat(path);
  if (stat?.isFile() !== true) return;
  const isSettled = stat.mtimeMs + FINE_TICK_MS < stat.ctimeMs;
  if (isSettled) context.index.record(indexKey(context, path), stat, content.digest, Number.POSITIVE_INFINITY);
  else context.index.forget(indexKey(context, path));
}

/** What was looked at is still what lies there: somebody may have written to it meanwhile. */
function checkUnchanged(path: BytePath, expected: Stats | undefined): void {
  const now = lstat(path);
  if (now === undefined && expected === undefined) return;
  const isSame = now !== undefined && expected !== undefined && (expected.isDirectory() ? now.isDirectory() : sameFile(now, expected));
  if (!isSame) throw sourceChanged(path);
}

/** Removes what was seen and nothing else: a folder that holds something new, or something ignored, stays. */
function removeNode(context: WorkspaceContext, path: BytePath, node: Node): void {
  if (node.children !== undefined) {
    for (const [name, child] of node.children) removeNode(context, `${path}/${name}`, child);
    withIoErrors('delete the folder', toDisplayPath(path), () => removeFolder(path));
    return;
  }
  checkUnchanged(path, node.stat);
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

function makeFolder(folder: BytePath, path: BytePath): void {
  withIoErrors('make the folder', toDisplayPath(path), () => mkdirSync(toSystemPath(folder)));
}
