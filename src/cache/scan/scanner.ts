import { inFolder, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { FolderRecord } from '../../fs/stat-index/folder-record.ts';
import { NO_ROWS } from '../../fs/stat-index/rows.ts';
import { indexKey, type WorkspaceContext } from '../workspace/context.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import { finishFolder } from './finish-folder.ts';
import type { FolderNode, Node } from './node.ts';
import { scanParts } from './scan-parts.ts';
import { checkFolder, EVERYTHING, type ScannedFolder } from './scan-folder.ts';

export interface ScanOptions {
  /** The bytes go into the store too. */
  readonly store: boolean;
  readonly includeIgnored: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What is no folder and no small file. Undefined where nothing lies there any more. */
  readSpecial(path: BytePath): Promise<Node | undefined>;
  onFiles(bytes: number, files: number): void;
}

/** Looks at a folder and all below it, level by level, on all cores. */
export class Scanner {
  readonly #context: WorkspaceContext;
  readonly #options: ScanOptions;
  #isStopped = false;

  constructor(context: WorkspaceContext, options: ScanOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Nothing more is looked at: after an error nobody wants to know the rest. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Undefined where no folder lies there. */
  async scan(folder: BytePath): Promise<FolderNode | undefined> {
    throwIfInterrupted(this.#options.signal);
    const key = indexKey(this.#context, folder);
    const record = this.#context.index.folder(key);
    const scanned = await this.#scanLevel(folder, key, record);
    if (scanned === undefined) {
      this.#context.index.forgetFolder(key);
      return undefined;
    }
    this.#options.onFiles(scanned.bytes, (scanned.rows ?? record?.rows ?? NO_ROWS).types.length - scanned.folders.length);
    const others = await this.#readOthers(folder, scanned);
    // A symlink in its place since would have made all that was read below something else, from anywhere.
    if (others.size > 0) checkFolder(folder, scanned.whole);
    return finishFolder(this.#context, { folder, key, record, scanned, others, store: this.#options.store });
  }

  async #scanLevel(folder: BytePath, key: BytePath, record: FolderRecord | undefined): Promise<ScannedFolder | undefined> {
    const { index, jobs } = this.#context;
    const { store } = this.#options;
    const at = index.storedAt(key);
    const how = { view: this.#view(key), store, record: at };
    const where = { hereOnly: at === undefined && record !== undefined, isWanted: () => !this.#isStopped };
    const result = await jobs.pool.run({ kind: 'scan-folder', folder, ...how }, where);
    if (result === undefined || 'folders' in result) return result;
    return await scanParts(folder, record?.rows ?? NO_ROWS, result, (part) =>
      jobs.pool.run({ kind: 'scan-part', folder, ...how, ...part }, where),
    );
  }

  /** Folders below at once, the rest one by one: large files fill the disk's lane on their own. */
  async #readOthers(folder: BytePath, scanned: ScannedFolder): Promise<ReadonlyMap<BytePath, Node>> {
    const others = new Map<BytePath, Node>();
    const note = (name: BytePath, node: Node | undefined): void => {
      if (node !== undefined) others.set(name, node);
      else if (this.#options.store) throw sourceChanged(inFolder(folder, name));
    };
    const special = async (): Promise<void> => {
      for (const name of scanned.special) note(name, await this.#options.readSpecial(inFolder(folder, name)));
    };
    await Promise.all([...scanned.folders.map(async (name) => note(name, await this.scan(inFolder(folder, name)))), special()]);
    return others;
  }

  #view(key: BytePath): string {
    if (this.#options.includeIgnored) return EVERYTHING;
    return this.#context.ignore?.view(toDisplayPath(key))?.slice(0, EVERYTHING.length) ?? EVERYTHING;
  }
}
