import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { beginsAsTree, eachTreeRow, ROW_TYPE } from '../../cache/inventory/tree-rows.ts';
import type { Digest } from '../../core/content.ts';
import { digestText } from '../../fs/hash.ts';
import type { IndexRow, ObjectPlace } from '../format/index-format.ts';
import { decodeRecipe } from '../format/recipe-format.ts';
import { recipesOf, rowsOf, type PackThere } from '../gc/remote-plan.ts';
import type { IndexSet } from '../index-set.ts';
import { packKey } from '../keys.ts';
import type { Remote } from '../port.ts';
import { fetchEntries, type EntryRequest, type FetchFault } from '../pull/fetch-entries.ts';

/** Entries that are looked at together, bytes: one request, about. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Pieces that are asked for at a time: what is known of them is in memory, not their bytes. */
const PIECES_AT_ONCE = 64;
/** Trees are kept for saying which paths belong to what is broken, up to so many bytes. */
const MOST_TREE_BYTES = 64 * 1024 * 1024;

export interface VerifyRemoteOptions {
  readonly remote: Remote;
  readonly index: IndexSet;
  readonly packs: ReadonlyMap<Digest, PackThere>;
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Bytes read, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RemoteFinding {
  readonly digest: Digest;
  /** `broken`: other bytes than the digest promises; `missing`: its pack is not there, or is too short. */
  readonly state: 'missing' | 'broken';
  readonly key: string;
}

/** What is to be read, and what that costs. */
export interface VerifyPlan {
  readonly pieces: readonly (readonly IndexRow[])[];
  readonly requests: number;
  readonly bytes: number;
}

/** Which entries to read: all of them, or pieces by chance. `sample`: share of the pieces, above 0, 1 at the most. */
export function planVerify(index: IndexSet, packs: ReadonlyMap<Digest, PackThere>, sample: number): VerifyPlan {
  const byPack = new Map<Digest, IndexRow[]>();
  for (const row of rowsOf(index)) {
    if (!packs.has(row.pack)) continue;
    const rows = byPack.get(row.pack);
    if (rows === undefined) byPack.set(row.pack, [row]);
    else rows.push(row);
  }
  const all = [...byPack.values()].flatMap(piecesOf);
  const pieces = sample >= 1 ? all : chosen(all, Math.ceil(all.length * sample));
  return { pieces, requests: pieces.length, bytes: pieces.reduce((sum, piece) => sum + lengthOf(piece), 0) };
}

function piecesOf(rows: IndexRow[]): readonly (readonly IndexRow[])[] {
  const pieces: IndexRow[][] = [];
  let start = 0;
  for (const row of rows.sort((a, b) => a.at - b.at)) {
    const piece = pieces.at(-1);
    if (piece === undefined || row.at + row.stored - start > PIECE_BYTES) {
      pieces.push([row]);
      start = row.at;
    } else piece.push(row);
  }
  return pieces;
}

function lengthOf(piece: readonly IndexRow[]): number {
  const end = piece.reduce((last, { at, stored }) => Math.max(last, at + stored), 0);
  return end - (piece[0]?.at ?? 0);
}

function chosen<T>(items: readonly T[], count: number): readonly T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const at = Math.floor(Math.random() * left.length);
    const [taken] = left.splice(at, 1, left.at(-1) as T);
    left.pop();
    return taken as T;
  });
}

/** Reads the entries of a remote, compares each with its digest, and looks whether what trees and recipes name is there. Bounded memory but for digests. */
export class RemoteVerification {
  readonly #options: VerifyRemoteOptions;
  readonly #recipeSizes: ReadonlyMap<string, readonly { readonly size: number; readonly file: Digest }[]>;
  /** By digest and pack: copies that are no good. */
  readonly #bad = new Map<string, RemoteFinding>();
  /** Trees and large files of which something is in no index; by digest what. */
  readonly incomplete = new Map<Digest, readonly Digest[]>();
  readonly trees = new Map<Digest, Buffer>();
  readonly treeDigests = new DigestTable();
  #treeBytes = 0;
  entries = 0;
  recipes = 0;
  bytes = 0;

  constructor(options: VerifyRemoteOptions) {
    this.#options = options;
    const sizes = new Map<string, { size: number; file: Digest }[]>();
    for (const { digest, size, recipe } of recipesOf(options.index)) {
      const each = { size, file: digestText(digest) };
      const key = digestText(recipe);
      if (!sizes.get(key)?.push(each)) sizes.set(key, [each]);
    }
    this.#recipeSizes = sizes;
  }

  async run(plan: VerifyPlan): Promise<void> {
    const { index, packs, remote, jobs, signal, onProgress } = this.#options;
    for (const row of rowsOf(index)) if (!packs.has(row.pack)) this.#isBad(row.digest, row.pack, 'gone');
    for (const { digest, recipe } of recipesOf(index))
      if (index.places(recipe).length === 0) this.incomplete.set(digestText(digest), [digestText(recipe)]);
    const where = new Map<EntryRequest, Digest>();
    for (let from = 0; from < plan.pieces.length; from += PIECES_AT_ONCE) {
      const requests = plan.pieces.slice(from, from + PIECES_AT_ONCE).flatMap((piece) => piece.map((row) => this.#request(row, where)));
      await fetchEntries(requests, {
        remote,
        jobs,
        ...(signal === undefined ? {} : { signal }),
        onFault: (request, fault) => this.#isBad(request.digest, where.get(request) as Digest, fault),
        onBytes: (bytes) => {
          this.bytes += bytes;
          onProgress?.(this.bytes, plan.bytes);
        },
      });
      where.clear();
    }
  }

  /** Copies that are no good, also where another copy of the object is. */
  isBadCopy(digest: Uint8Array, pack: Digest): boolean {
    return this.#bad.has(`${digestText(digest)} ${pack}`);
  }

  /** Objects of which no copy is good. */
  get lost(): readonly RemoteFinding[] {
    const { index } = this.#options;
    const lost = new Map<Digest, RemoteFinding>();
    for (const finding of this.#bad.values()) {
      const places = index.places(Buffer.from(finding.digest, 'hex'));
      if (places.every(({ pack }) => this.#bad.has(`${finding.digest} ${pack.id}`))) lost.set(finding.digest, finding);
    }
    return [...lost.values()];
  }

  /** Copies that are no good of objects that have another one. */
  get spoiltCopies(): readonly RemoteFinding[] {
    const lost = new Set(this.lost.map(({ digest }) => digest));
    return [...this.#bad.values()].filter(({ digest }) => !lost.has(digest));
  }

  #request({ digest, pack, ...location }: IndexRow, where: Map<EntryRequest, Digest>): EntryRequest {
    const size = this.#options.packs.get(pack)?.size ?? 0;
    const place: ObjectPlace = { pack: { id: pack, size }, ...location };
    const request: EntryRequest = {
      digest: Buffer.from(digest),
      most: location.raw,
      places: [place],
      take: (bytes) => this.#look(Buffer.from(digest), bytes),
    };
    where.set(request, pack);
    return request;
  }

  #look(digest: Buffer, bytes: Buffer): void {
    this.entries += 1;
    for (const { size, file } of this.#recipeSizes.get(digestText(digest)) ?? []) this.#lookAtRecipe(file, bytes, size);
    if (beginsAsTree(bytes)) this.#lookAtTree(digest, bytes);
  }

  #lookAtRecipe(file: Digest, bytes: Buffer, size: number): void {
    this.recipes += 1;
    const { index } = this.#options;
    const chunks = decodeRecipe(bytes, size);
    if (chunks === undefined) return void this.incomplete.set(file, []);
    const missing = chunks.filter(({ digest, length }) => !index.places(digest).some(({ raw }) => raw === length));
    if (missing.length > 0)
      this.incomplete.set(
        file,
        missing.map((chunk) => digestText(chunk.digest)),
      );
  }

  #lookAtTree(digest: Buffer, bytes: Buffer): void {
    const { index } = this.#options;
    const missing: Digest[] = [];
    const isTree = eachTreeRow(bytes, (type, digestAt) => {
      const text = bytes.toString('latin1', digestAt, digestAt + 64) as Digest;
      const below = Buffer.from(text, 'hex');
      if (!(type === ROW_TYPE.tree ? index.hasEntry(below) : index.has(below))) missing.push(text);
    });
    // A file of somebody may begin as a tree does.
    if (!isTree) return;
    this.treeDigests.add(digest);
    if (missing.length > 0) this.incomplete.set(digestText(digest), missing);
    if (this.#treeBytes + bytes.length > MOST_TREE_BYTES) return;
    this.#treeBytes += bytes.length;
    this.trees.set(digestText(digest), Buffer.from(bytes));
  }

  #isBad(digest: Uint8Array, pack: Digest, fault: FetchFault): void {
    const finding = { digest: digestText(digest), state: fault === 'gone' ? 'missing' : 'broken', key: packKey(pack) } as const;
    this.#bad.set(`${finding.digest} ${pack}`, finding);
  }
}
