import { checkOptions, wrongArgument } from '../../core/errors/wrong-argument.ts';
import { bytesOf, dataError } from '../../core/formats/data-error.ts';
import { shapeText } from '../../core/formats/shape.ts';

export interface SizeLimit {
  /** Bytes of data that are taken into memory; larger files are refused before any is. Default: 4 GiB. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;

/** Throws MLO_DATA. */
export function mostBytes(what: string, options: SizeLimit): number {
  checkOptions(what, options, '{ maxBytes: 1e9 }');
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  if (typeof maxBytes !== 'number' || !(maxBytes >= 0)) throw wrongArgument(`${what}: maxBytes`, 'a number from 0', maxBytes);
  return maxBytes;
}

interface DeclaredSize {
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly headerBytes: number;
  /** What the file can hold; the exact number of its bytes where it is not packed. */
  readonly most: number;
  readonly packed: boolean;
  readonly maxBytes: number;
}

/** Throws MLO_DATA where the file cannot hold what it declares, or that is more than may be taken into memory. */
export function refuseSize(shown: string, { shape, bytes, headerBytes, most, packed, maxBytes }: DeclaredSize): void {
  const expected = sizeText(headerBytes + bytes, shape);
  if (headerBytes + bytes > most)
    throw dataError(shown, 'the file is cut off', { expected, found: `${packed ? 'at most ' : ''}${bytesOf(most)}` });
  if (!packed && headerBytes + bytes < most)
    throw dataError(shown, 'bytes are left over after the data', { expected, found: bytesOf(most) });
  if (bytes > maxBytes) {
    throw dataError(shown, 'the data is too large', {
      expected: `at most ${bytesOf(maxBytes)}`,
      found: sizeText(bytes, shape),
      hint: `Give a larger limit: { maxBytes: ${bytes} }`,
    });
  }
}

export function sizeText(bytes: number, shape: readonly number[]): string {
  return Number.isFinite(bytes)
    ? `${bytesOf(bytes)} for the shape ${shapeText(shape)}`
    : `more bytes than there can be, for the shape ${shapeText(shape)}`;
}
