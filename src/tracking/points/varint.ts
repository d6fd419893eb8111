/** Whole numbers below this have a zigzag form that is exact as a double. */
const EXACT_BELOW = 2 ** 51;

/** Seven bytes hold 49 bits, which a double adds up without loss; the eighth needs more. */
const EXACT_SCALE = 2 ** 49;

/** Says that another byte follows, which there is not. */
const NO_BYTE = 255;

/** Most bytes that a safe integer takes. */
export const MOST_VARINT_BYTES = 8;

/**
 * Writes a safe integer at `start`, 7 bits a byte, lowest first, the top bit saying that more follow (LEB128 of the
 * zigzag form: 0, -1, 1, -2 … become 0, 1, 2, 3 …). Returns where the next one goes.
 */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  if (value >= EXACT_BELOW || value <= -EXACT_BELOW) return writeBig(bytes, start, value);
  let at = start;
  let rest = value >= 0 ? value * 2 : value * -2 - 1;
  while (rest >= 128) {
    bytes[at++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

function writeBig(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  const big = BigInt(value);
  let rest = big >= 0n ? big * 2n : big * -2n - 1n;
  while (rest >= 128n) {
    bytes[at++] = Number(rest % 128n) + 128;
    rest /= 128n;
  }
  bytes[at++] = Number(rest);
  return at;
}

/** Reads on through `bytes`; what is no number that `writeVarint` writes is a RangeError. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    const first = this.#bytes[this.at] ?? 128;
    if (first < 128) {
      this.at += 1;
      return first & 1 ? -(first + 1) / 2 : first / 2;
    }
    return this.#long();
  }

  #long(): number {
    const start = this.at;
    let zigzag = 0;
    for (let scale = 1; scale < EXACT_SCALE; scale *= 128) {
      const byte = this.#bytes[this.at++] ?? NO_BYTE;
      zigzag += (byte & 127) * scale;
      if (byte < 128) return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    }
    return this.#big(start);
  }

  #big(start: number): number {
    let zigzag = 0n;
    for (let each = 0; each < MOST_VARINT_BYTES; each += 1)
      zigzag |= BigInt((this.#bytes[start + each] ?? NO_BYTE) & 127) << BigInt(7 * each);
    this.at = start + MOST_VARINT_BYTES;
    const value = Number(zigzag & 1n ? -((zigzag + 1n) / 2n) : zigzag / 2n);
    if ((this.#bytes[this.at - 1] ?? NO_BYTE) >= 128 || !Number.isSafeInteger(value))
      throw new RangeError('a number of the points has no end');
    return value;
  }
}
