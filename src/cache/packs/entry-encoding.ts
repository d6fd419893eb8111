import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** A call of zstd costs about 16 µs: below a disk block it saves too little for that. */
const SMALLEST_FILE = 4096;
const SMALLEST_TREE = 128;
/** So many files of a kind are tried before it is decided whether the others are. */
const SAMPLE = 8;
/** Compressed where that saves at least a fifth. */
const WINS_BELOW = 0.8;
/** After a kind was found not to win, every so many-th file of it is tried, for the next folder may be another. */
const RETRY_EVERY = 256;
const LEVEL = 1;

interface Sample {
  tried: number;
  skipped: number;
  raw: number;
  stored: number;
}

/** Decides by sample, for each file-name extension, whether compressing is worth its time. */
export class EntryCompressor {
  readonly #samples = new Map<string, Sample>();

  /** The bytes as zstd, or undefined where they are to be stored as they are. */
  compress(bytes: Uint8Array, kind: 'file' | 'tree', extension: string): Uint8Array | undefined {
    if (bytes.length < (kind === 'tree' ? SMALLEST_TREE : SMALLEST_FILE)) return undefined;
    if (kind === 'tree') return winning(bytes, compressed(bytes));
    let sample = this.#samples.get(extension);
    if (sample === undefined) this.#samples.set(extension, (sample = { tried: 0, skipped: 0, raw: 0, stored: 0 }));
    if (!isWorthTrying(sample)) {
      sample.skipped += 1;
      return undefined;
    }
    const result = compressed(bytes);
    // Where the kind was given up, the next try is as far away again.
    if (sample.tried >= SAMPLE && !isWinning(sample)) sample.skipped += 1;
    sample.tried += 1;
    sample.raw += bytes.length;
    sample.stored += Math.min(result.length, bytes.length);
    return winning(bytes, result);
  }
}

function isWorthTrying(sample: Sample): boolean {
  return sample.tried < SAMPLE || isWinning(sample) || sample.skipped % RETRY_EVERY === RETRY_EVERY - 1;
}

function isWinning(sample: Sample): boolean {
  return sample.stored <= sample.raw * WINS_BELOW;
}

function winning(bytes: Uint8Array, result: Uint8Array): Uint8Array | undefined {
  return result.length <= bytes.length * WINS_BELOW ? result : undefined;
}

/** One zstd frame that tells its length. */
export function compressed(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    pledgedSrcSize: bytes.length,
    chunkSize: Math.max(64, bytes.length),
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
}

/** Never more than `rawLength` bytes, whatever the frame holds; undefined where it is no whole frame of just that length. */
export function decompressed(stored: Uint8Array, rawLength: number): Buffer | undefined {
  try {
    const bytes = zstdDecompressSync(stored, {
      maxOutputLength: Math.max(1, rawLength),
      chunkSize: Math.min(Math.max(64, rawLength), 4 << 20),
    });
    return bytes.length === rawLength ? bytes : undefined;
  } catch (error) {
    if (isZstdError(error)) return undefined;
    throw error;
  }
}

function isZstdError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && (code.startsWith('ZSTD_') || code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE');
}
