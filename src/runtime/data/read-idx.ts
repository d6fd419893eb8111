import { bytesOf, dataError } from '../../core/formats/data-error.ts';
import { IDX_MAGIC_BYTES, idxArray, idxDataBytes, parseIdxMagic, parseIdxShape, type IdxArray } from '../../core/formats/idx.ts';
import { openSource } from './byte-source.ts';
import { mostBytes, refuseSize, sizeText, type SizeLimit } from './declared-size.ts';

/**
 * Reads an IDX file (the format of MNIST), gzip or not, whatever its name.
 * Throws MLO_DATA, before memory is taken, where the file is no IDX file, declares more than it holds or than
 * `maxBytes`, and where bytes are missing or left over.
 */
export async function readIdx(path: string, options: SizeLimit = {}): Promise<IdxArray> {
  const maxBytes = mostBytes('readIdx', options);
  await using source = openSource(path);
  const { shown } = source;
  const magic = parseIdxMagic(shown, await source.take(IDX_MAGIC_BYTES));
  const lengths = await source.take(magic.dimensions * 4);
  const headerBytes = IDX_MAGIC_BYTES + magic.dimensions * 4;
  if (lengths.length < magic.dimensions * 4) {
    throw dataError(shown, 'the IDX header is cut off', {
      expected: bytesOf(headerBytes),
      found: bytesOf(IDX_MAGIC_BYTES + lengths.length),
    });
  }
  const shape = parseIdxShape(lengths);
  const bytes = idxDataBytes(magic, shape);
  refuseSize(shown, { shape, bytes, headerBytes, most: source.atMost, packed: source.packed, maxBytes });
  const buffer = new ArrayBuffer(bytes);
  const read = await source.fill(new Uint8Array(buffer));
  if (read < bytes)
    throw dataError(shown, 'the file is cut off', { expected: sizeText(headerBytes + bytes, shape), found: bytesOf(headerBytes + read) });
  if ((await source.next()) !== undefined) {
    throw dataError(shown, 'bytes are left over after the data', { expected: sizeText(headerBytes + bytes, shape), found: 'more' });
  }
  return idxArray(magic, shape, buffer);
}
