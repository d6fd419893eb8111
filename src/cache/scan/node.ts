import type { Stats } from 'node:fs';
import type { Content } from '../../core/content.ts';
import type { BytePath } from '../../fs/byte-path.ts';
import type { KnownTree } from '../../fs/stat-index/folder-record.ts';
import { digestOfRow, findRow, ROW, rowType, STATS, type FileTimes, type Rows } from '../../fs/stat-index/rows.ts';
import { digestText } from '../../fs/hash.ts';

/** Of a path itself, links not followed. */
export interface NodeStat extends FileTimes {
  readonly type: 'file' | 'folder' | 'symlink' | 'other';
}

/** What was found at a path, and below it. */
export interface Node {
  readonly content: Content;
  readonly stat: NodeStat;
  /** Folders only, by name, sorted by bytes. */
  readonly children?: ReadonlyMap<BytePath, Node>;
}

export function nodeStat(stat: Stats): NodeStat {
  const type = stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'symlink' : 'other';
  return { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino, type };
}

/** A folder whose files become nodes only if somebody asks for them. */
export class FolderNode implements Node {
  readonly content: Content;
  readonly stat: NodeStat;
  readonly #rows: Rows;
  /** Everything but files known by their row. */
  readonly #others: ReadonlyMap<BytePath, Node>;
  #children: ReadonlyMap<BytePath, Node> | undefined;

  /** Something that a killed checkout had not finished lies here too. */
  readonly hasLeftovers: boolean;

  constructor(tree: KnownTree, stat: NodeStat, rows: Rows, others: ReadonlyMap<BytePath, Node>, hasLeftovers: boolean) {
    this.hasLeftovers = hasLeftovers;
    this.content = { digest: digestText(tree.digest), size: tree.size, kind: 'tree', files: tree.files };
    this.stat = stat;
    this.#rows = rows;
    this.#others = others;
  }

  get rows(): Rows {
    return this.#rows;
  }

  /** Folders below, and what else is no plain file. */
  get others(): ReadonlyMap<BytePath, Node> {
    return this.#others;
  }

  /** One child alone, without making nodes of all the others. */
  child(name: BytePath): Node | undefined {
    if (this.#children !== undefined) return this.#children.get(name);
    const other = this.#others.get(name);
    const row = other === undefined ? findRow(this.#rows, name) : -1;
    return row === -1 ? other : fileNode(this.#rows, row);
  }

  get children(): ReadonlyMap<BytePath, Node> {
    return (this.#children ??= this.#makeChildren());
  }

  #makeChildren(): ReadonlyMap<BytePath, Node> {
    const rows = this.#rows;
    return new Map(rows.names.map((name, row) => [name, this.#others.get(name) ?? fileNode(rows, row)]));
  }
}

function fileNode(rows: Rows, row: number): Node {
  const at = row * STATS;
  const [size = 0, mtimeMs = 0, ctimeMs = 0, ino = 0] = rows.stats.subarray(at, at + STATS);
  const content: Content = {
    digest: digestText(digestOfRow(rows, row)),
    size,
    kind: 'file',
    ...(rowType(rows, row) === ROW.exec ? { mode: 'exec' } : {}),
  };
  return { content, stat: { size, mtimeMs, ctimeMs, ino, type: 'file' } };
}
