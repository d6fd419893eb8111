import { readFileSync } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import { isErrno } from '../../fs/errno.ts';
import { digestBytes } from '../../fs/hash.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { keyOf } from '../../remote/batches/batch-format.ts';

const START = Buffer.from('mlo-seen-runs 1\n', 'latin1');
const UNKNOWN = Buffer.alloc(32);
const HEAD_BYTES = 52;

/** What is known of a run as long as it has this fingerprint. */
export interface SeenRun {
  readonly fingerprint: Digest;
  /** Of its export; absent where it was not made since. */
  readonly revision?: Buffer;
  /** Revisions of remotes, as `keyOf` has them, that are part of what is here. */
  readonly included: ReadonlySet<string>;
}

/**
 * Spares work: a run that was exported or merged needs no second look while nothing of it has changed. A file that is lost or damaged counts as empty: 16 bytes of
 * text, then for each run 16 id, 32 fingerprint, 4 number of revisions, 32 bytes each (the first is its own one, or zeros), at the end the BLAKE3 of all before.
 */
export class SeenRuns {
  readonly #runs: Map<RunId, SeenRun>;
  readonly #path: string;
  #isChanged = false;

  private constructor(path: string, runs: Map<RunId, SeenRun>) {
    this.#path = path;
    this.#runs = runs;
  }

  static load(path: string): SeenRuns {
    return new SeenRuns(path, decode(readOrNothing(path)));
  }

  /** Undefined where the run has another fingerprint by now. */
  find(id: RunId, fingerprint: Digest): SeenRun | undefined {
    const seen = this.#runs.get(id);
    return seen?.fingerprint === fingerprint ? seen : undefined;
  }

  /** As it was when it was looked at last: what was part of it then still is, unless the store is an older one again. */
  last(id: RunId): SeenRun | undefined {
    return this.#runs.get(id);
  }

  set(id: RunId, seen: SeenRun): void {
    this.#runs.set(id, seen);
    this.#isChanged = true;
  }

  save(): void {
    if (!this.#isChanged) return;
    writeFileAtomic(this.#path, encode(this.#runs));
    this.#isChanged = false;
  }
}

function encode(runs: ReadonlyMap<RunId, SeenRun>): Buffer {
  const parts: Uint8Array[] = [START];
  for (const [id, { fingerprint, revision, included }] of runs) {
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(id, 0, 'hex');
    head.write(fingerprint, 16, 'hex');
    head.writeUInt32LE(included.size + 1, 48);
    parts.push(head, revision ?? UNKNOWN, ...[...included].map((each) => Buffer.from(each, 'latin1')));
  }
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, digestBytes(bytes)]);
}

function decode(bytes: Buffer): Map<RunId, SeenRun> {
  const runs = new Map<RunId, SeenRun>();
  const end = bytes.length - 32;
  if (
    end < START.length ||
    !START.equals(bytes.subarray(0, START.length)) ||
    !bytes.subarray(end).equals(digestBytes(bytes.subarray(0, end)))
  )
    return runs;
  for (let at = START.length; at + HEAD_BYTES <= end;) {
    const count = bytes.readUInt32LE(at + 48);
    const first = at + HEAD_BYTES;
    if (count === 0 || first + count * 32 > end) return new Map();
    const revision = bytes.subarray(first, first + 32);
    const included = new Set<string>();
    for (let number = 1; number < count; number += 1) included.add(keyOf(bytes.subarray(first + number * 32, first + number * 32 + 32)));
    runs.set(bytes.toString('hex', at, at + 16) as RunId, {
      fingerprint: bytes.toString('hex', at + 16, at + 48) as Digest,
      included,
      ...(revision.equals(UNKNOWN) ? {} : { revision }),
    });
    at = first + count * 32;
  }
  return runs;
}

function readOrNothing(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isErrno(error)) return Buffer.alloc(0);
    throw error;
  }
}
