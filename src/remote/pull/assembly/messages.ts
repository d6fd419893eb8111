import type { PlainError } from '../../../fs/plain-error.ts';

/** To the thread, instead of a question: it closes its port and so ends. */
export const THE_END = 'end';

/** Files have the numbers that they are opened with. */
export type Work =
  | { readonly kind: 'open'; readonly file: number; readonly path: string; readonly bounds: Float64Array }
  | { readonly kind: 'take'; readonly memory: SharedArrayBuffer; readonly chunks: ArrivedChunks }
  /** Answered with the digest of the whole. */
  | { readonly kind: 'digest'; readonly file: number }
  | { readonly kind: 'close'; readonly file: number }
  | { readonly kind: 'remove'; readonly file: number };

/** Chunks as they came, in arrays that are cheap to send. The answer: a byte for each, 1 where it was right and has been written. */
export interface ArrivedChunks {
  /** 32 bytes each. */
  readonly digests: Uint8Array;
  /** Four each: where its bytes begin in the memory, how many there are, bytes of the chunk, encoding. */
  readonly places: Uint32Array;
  /** Three each: number of the chunk here, the file, number of the chunk there. */
  readonly targets: Uint32Array;
}

export interface Question {
  readonly id: number;
  readonly work: Work;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: PlainError;
}
