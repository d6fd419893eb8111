/** What is put: bytes in memory, or a part of a file. */
export type Body = Uint8Array | { readonly path: string; readonly size: number };

export interface RemoteEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** When it was put, by the clock of the server, Unix milliseconds; absent where the server does not say. */
  readonly modifiedMs?: number;
}

/** A put that has begun and not ended: of a process that was killed, or at work now. */
export interface UnfinishedPut {
  /** Where only its folder is known: that, with a slash at the end. */
  readonly key: string;
  /** Tells it from others of the same key; the adapter's own. */
  readonly id: string;
  /** That arrived, bytes; absent where the server does not say. */
  readonly size?: number;
  /** When it began or went on last, by the clock of the server, Unix milliseconds. */
  readonly startedMs?: number;
}

/** `there`: something lay at the key already and was left as it is. */
export type PutResult = 'written' | 'there';

/**
 * A place for bytes by key, shared by many machines. Keys are relative: parts of `[0-9a-z.-]` joined by `/`, none of them
 * `.` or `..`. What lies at a key is never changed. Errors: MLO_REMOTE; a call that fails may be made again. Calls may run side by side.
 */
export interface Remote {
  /** For messages: the address, without anything secret. */
  readonly address: string;
  /** Made so far: what a server bills. Of a folder: calls. */
  readonly requests: number;
  /** How far the clock of this machine is ahead of that of the server, as its last answer told, milliseconds; absent where it does not say. */
  readonly clockAheadMs?: number | undefined;
  /** The bytes are durable, and others see all of them or nothing. Two that put the same key at once: each ends, with `written` or `there`. */
  put(key: string, body: Body): Promise<PutResult>;
  /** All bytes, `most` at the most (more is an error); undefined where nothing lies at the key. */
  get(key: string, most: number): Promise<Buffer | undefined>;
  /** Those of the `length` bytes from `from` on that there are; undefined where nothing lies at the key. `memory`: where they may lie. */
  getRange(key: string, from: number, length: number, memory?: Buffer): Promise<Buffer | undefined>;
  /** Undefined where nothing lies at the key. */
  stat(key: string): Promise<Pick<RemoteEntry, 'size'> | undefined>;
  /** All below a folder (`packs/`), in no order. */
  list(folder: string): AsyncIterable<RemoteEntry>;
  /** Also where nothing lies there. */
  delete(key: string): Promise<void>;
  /** What takes room and is listed nowhere; none where the server or the rights do not let it be seen. In no order. */
  unfinished(): AsyncIterable<UnfinishedPut>;
  /** Takes away what arrived; also where nothing is left of it. */
  abandon(put: UnfinishedPut): Promise<void>;
  close(): void;
}

export function sizeOfBody(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.size;
}
