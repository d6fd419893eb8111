import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { recordFault } from '../../core/lock/check-record.ts';
import { canonicalJson, parseCanonicalJson } from '../../core/encoding/canonical-json.ts';
import { isDigest, type Digest } from '../../core/content.ts';
import type { LockEntry } from '../../core/lock/types.ts';
import type { StageAddress } from '../../core/stage.ts';
import { isMap, type Value } from '../../core/value.ts';
import { hashBytes } from '../../fs/hash.ts';
import { writeAll, writeFileAtomic } from '../../fs/write-atomic.ts';

/**
 * What happened to stages since the locks were last written, appended at once: this is why kill -9
 * never costs a finished stage although locks are written in batches. One record a line:
 * `<first 16 hex of the BLAKE3 of the rest> <canonical JSON>`; a line that does not check ends the reading.
 */
type JournalRecord =
  /** The locks that the following records go on top of. */
  | { readonly type: 'base'; readonly locks: Digest }
  | { readonly type: 'start'; readonly stage: StageAddress }
  /** `outs`: what the failed attempt left over; only that may be removed without being kept first. `interrupted`: by the user, it had not failed. */
  | { readonly type: 'failed'; readonly stage: StageAddress; readonly outs: Leftovers; readonly interrupted?: true }
  | { readonly type: 'done'; readonly stage: StageAddress; readonly entry: LockEntry };

export type Leftovers = { readonly [path: string]: Digest };

export interface JournalState {
  /** Finished, but perhaps not in the lock yet; only where the locks are still those of `base`. */
  readonly finished: ReadonlyMap<StageAddress, LockEntry>;
  /** Started and never finished; undefined where the attempt was killed: whatever lies in the outs is its leftover. */
  readonly unfinished: ReadonlyMap<StageAddress, Leftovers | undefined>;
  /** What stages have finished with since the locks were last written, whether or not that still holds. */
  readonly made: ReadonlyMap<StageAddress, Leftovers>;
  /** Those of the unfinished that were not killed and did not fail, but were stopped by the user. */
  readonly interrupted: ReadonlySet<StageAddress>;
}

export class ReproJournal {
  readonly #path: string;
  readonly #unfinished: Map<StageAddress, Leftovers | undefined>;
  readonly #interrupted: Set<StageAddress>;
  #fd: number | undefined;

  constructor(path: string, before: Pick<JournalState, 'unfinished' | 'interrupted'>) {
    this.#path = path;
    this.#unfinished = new Map(before.unfinished);
    this.#interrupted = new Set(before.interrupted);
  }

  start(stage: StageAddress): void {
    this.#unfinished.set(stage, undefined);
    this.#append({ type: 'start', stage });
  }

  failed(stage: StageAddress, outs: Leftovers, interrupted = false): void {
    this.#unfinished.set(stage, outs);
    if (interrupted) this.#interrupted.add(stage);
    else this.#interrupted.delete(stage);
    this.#append(this.#failure(stage, outs));
  }

  done(stage: StageAddress, entry: LockEntry): void {
    this.#append({ type: 'done', stage, entry });
    this.#unfinished.delete(stage);
  }

  /** The locks now hold what has finished, but for `pending`: that and the unfinished stages are carried on, in one step. */
  rebase(locks: Digest, pending: readonly { readonly address: StageAddress; readonly entry: LockEntry }[] = []): void {
    const records: JournalRecord[] = [{ type: 'base', locks }];
    for (const { address, entry } of pending) records.push({ type: 'done', stage: address, entry });
    // After what has finished: a stage that is both has started once more since then.
    for (const [stage, outs] of this.#unfinished) records.push(outs === undefined ? { type: 'start', stage } : this.#failure(stage, outs));
    this.close();
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileAtomic(this.#path, records.map(lineOf).join(''));
  }

  #failure(stage: StageAddress, outs: Leftovers): JournalRecord {
    return { type: 'failed', stage, outs, ...(this.#interrupted.has(stage) ? { interrupted: true } : {}) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** A line that found no room is cut off again: reading would end there, before what is appended later. */
  #append(record: JournalRecord): void {
    const file = this.#open();
    const { size } = fstatSync(file);
    try {
      writeAll(file, Buffer.from(lineOf(record)));
    } catch (error) {
      ftruncateSync(file, size);
      throw error;
    }
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#fd = openSync(this.#path, 'a');
    return this.#fd;
  }
}

function lineOf(record: JournalRecord): string {
  const text = canonicalJson(record as unknown as Value);
  return `${checksum(text)} ${text}\n`;
}

/** `locks`: digest of the lock texts as they are now. */
export function readJournal(path: string, locks: Digest): JournalState {
  const finished = new Map<StageAddress, LockEntry>();
  const unfinished = new Map<StageAddress, Leftovers | undefined>();
  const interrupted = new Set<StageAddress>();
  const made = new Map<StageAddress, Leftovers>();
  let based = false;
  for (const record of records(path)) {
    if (record.type === 'base') based = record.locks === locks;
    else if (record.type === 'done') {
      unfinished.delete(record.stage);
      made.set(record.stage, Object.fromEntries(Object.entries(record.entry.outs ?? {}).map(([out, { digest }]) => [out, digest])));
      if (based) finished.set(record.stage, record.entry);
    } else {
      unfinished.set(record.stage, record.type === 'failed' ? record.outs : undefined);
      if (record.type === 'failed' && record.interrupted === true) interrupted.add(record.stage);
      else interrupted.delete(record.stage);
    }
  }
  return { finished, unfinished, made, interrupted };
}

/** Every stage that the journal says is finished, whatever the locks are now: their outs may be needed. */
export function finishedEntries(path: string): readonly LockEntry[] {
  return [...records(path)].flatMap((record) => (record.type === 'done' ? [record.entry] : []));
}

function* records(path: string): Generator<JournalRecord> {
  if (!existsSync(path)) return;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const text = line.slice(17);
    if (line[16] !== ' ' || line.slice(0, 16) !== checksum(text)) return;
    const record = parsedRecord(text);
    if (record !== undefined) yield record;
  }
}

/** The checksum only says that this was written. */
function parsedRecord(text: string): JournalRecord | undefined {
  try {
    const value = parseCanonicalJson(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is JournalRecord {
  if (!isMap(value)) return false;
  if (value['type'] === 'base') return typeof value['locks'] === 'string';
  if (typeof value['stage'] !== 'string') return false;
  if (value['type'] === 'start') return true;
  if (value['type'] === 'failed') return isMap(value['outs']) && Object.values(value['outs']).every(isDigest);
  if (value['type'] !== 'done') return false;
  const entry = value['entry'];
  return isMap(entry) && recordFault(entry) === undefined;
}

function checksum(text: string): string {
  return hashBytes(text).slice(0, 16);
}
