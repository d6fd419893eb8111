import { lstatSync, symlinkSync } from 'node:fs';
import type { Content, Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { joinRows, ROW, RowsBuilder, rowType, STATS, type Rows } from '../../fs/stat-index/rows.ts';
import { isSettled } from '../../fs/stat-index/trust.ts';
import { EVERYTHING, PART_NAMES } from '../scan/scan-folder.ts';
import { rowContent } from '../tree-objects.ts';
import type { CheckoutOptions } from '../types.ts';
import { indexKey, type WorkspaceContext } from '../workspace/context.ts';
import { canReflink } from './can-reflink.ts';
import { checkLink } from './plan.ts';
import type { StagedRows } from './stage-rows.ts';
import { writeObject } from './write-object.ts';

/** A folder that was written under another name, level by level. */
interface StagedFolder {
  readonly content: Content;
  /** Undefined where links stand in it, which no stat vouches for. */
  readonly rows: Rows | undefined;
  readonly below: ReadonlyMap<BytePath, StagedFolder>;
}

/** Writes new content beside its place, on all cores, and verifies every byte of it. */
export class Stager {
  readonly #context: WorkspaceContext;
  readonly #options: CheckoutOptions;
  readonly #staged = new Map<BytePath, StagedFolder>();
  #isStopped = false;
  #bytes = 0;
  #files = 0;

  constructor(context: WorkspaceContext, options: CheckoutOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Files written so far. */
  get files(): number {
    return this.#files;
  }

  /** `path` is where `temporary` will go. */
  async stage(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    await this.#stopping(this.#stageOne(content, temporary, path));
  }

  async #stageOne(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    if (content.kind === 'tree') this.#staged.set(path, await this.#stageFolder(content, temporary, path));
    else await this.#stageOther(content, temporary, path);
  }

  /** Waits for jobs that other threads are at: what they still write must not outlive what is removed. */
  async settle(): Promise<void> {
    await this.#context.jobs.pool.idle();
  }

  /**
   * The staged folder is at its place now, and nobody could have changed it before `shownMs`: its files need not be hashed again.
   * What is younger than that by its stat may have been changed since.
   */
  remember(path: BytePath, shownMs: number): void {
    const staged = this.#staged.get(path);
    if (staged !== undefined) this.#rememberFolder(staged, path, shownMs);
  }

  async #stageFolder(content: Content, temporary: BytePath, path: BytePath): Promise<StagedFolder> {
    throwIfInterrupted(this.#options.signal);
    const { files, others, hasLinks } = await this.#stageLevel(content.digest, temporary, path);
    const below = new Map<BytePath, StagedFolder>();
    const folders = Promise.all(
      others.filter(isFolder).map(async (row) => {
        below.set(row.name, await this.#stageFolder(rowContent(row), inFolder(temporary, row.name), inFolder(path, row.name)));
      }),
    );
    const rest = this.#stageRest(others, temporary, path);
    // Both are waited for: what still writes must not outlive what is removed after a failure.
    const failed = (await Promise.allSettled([this.#stopping(rest), this.#stopping(folders)])).find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const isPlain = !hasLinks && others.every(isFolder);
    return { content, rows: isPlain ? withFolders(files, others) : undefined, below };
  }

  async #stageRest(others: readonly TreeRow[], temporary: BytePath, path: BytePath): Promise<void> {
    for (const row of others.filter((each) => !isFolder(each)))
      await this.#stageOther(rowContent(row), inFolder(temporary, row.name), inFolder(path, row.name));
  }

  /** Where it fails, jobs that have not begun are not wanted any more. */
  async #stopping(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#isStopped = true;
      throw error;
    }
  }

  async #stageLevel(tree: Digest, folder: BytePath, path: BytePath): Promise<StagedRows> {
    const { link, jobs } = this.#context;
    const job = { tree, folder, path, link, reflink: link[0] === 'reflink' && canReflink(this.#context, folder) };
    const isWanted = (): boolean => !this.#isStopped;
    const staged = await jobs.pool.run({ kind: 'stage-folder', ...job }, { isWanted });
    if (!('count' in staged)) return this.#told(staged);
    const starts = Array.from({ length: Math.ceil(staged.count / PART_NAMES) }, (_, part) => part * PART_NAMES);
    const parts = await Promise.all(
      starts.map(async (from) =>
        this.#told(await jobs.pool.run({ kind: 'stage-part', ...job, from, to: from + PART_NAMES }, { isWanted })),
      ),
    );
    return {
      files: joinRows(parts.map((part) => part.files)),
      others: parts.flatMap((part) => part.others),
      hasLinks: parts.some((part) => part.hasLinks),
      bytes: 0,
    };
  }

  #told(staged: StagedRows): StagedRows {
    this.#tell(staged.bytes, staged.files.types.length);
    return staged;
  }

  async #stageOther(content: Content, temporary: BytePath, path: BytePath): Promise<void> {
    throwIfInterrupted(this.#options.signal);
    if (content.kind === 'symlink') {
      const target = checkLink(this.#context, content, path);
      withIoErrors('write the symlink', toDisplayPath(path), () => symlinkSync(target, toSystemPath(temporary)));
      return;
    }
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

  #rememberFolder({ content, rows, below }: StagedFolder, path: BytePath, shownMs: number): void {
    const { index } = this.#context;
    const stat = lstatSync(toSystemPath(path), { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) return;
    const { mtimeMs, ctimeMs, ino } = stat;
    if (rows !== undefined && areSettled(rows, shownMs)) {
      const whole = { view: EVERYTHING, nothingIgnored: true, mtimeMs, ctimeMs, ino, trusted: isSettled(mtimeMs, ctimeMs, shownMs) };
      const tree = { digest: Buffer.from(content.digest, 'hex'), size: content.size, files: content.files ?? 0 };
      index.setFolder(indexKey(this.#context, path), { rows, whole, tree });
    }
    for (const [name, folder] of below) this.#rememberFolder(folder, inFolder(path, name), shownMs);
  }
}

function isFolder(row: TreeRow): boolean {
  return row.type === 'tree';
}

function areSettled(rows: Rows, shownMs: number): boolean {
  for (let row = 0; row < rows.types.length; row += 1) {
    const [, mtimeMs = 0, ctimeMs = 0] = rows.stats.subarray(row * STATS, row * STATS + 3);
    if (rowType(rows, row) !== ROW.tree && !isSettled(mtimeMs, ctimeMs, shownMs)) return false;
  }
  return true;
}

function withFolders(files: Rows, folders: readonly TreeRow[]): Rows {
  if (folders.length === 0) return files;
  const trees = new Map(folders.map((row) => [row.name, row]));
  const builder = new RowsBuilder(files.names.length + folders.length);
  const rows = new Map(files.names.map((name, row) => [name, row]));
  for (const name of [...rows.keys(), ...trees.keys()].sort()) {
    const tree = trees.get(name);
    if (tree !== undefined) builder.addTree(name, tree.size, tree.files ?? 0, Buffer.from(tree.digest, 'hex'));
    else builder.addRow(files, rows.get(name) as number);
  }
  return builder.rows();
}
