import { dirname } from 'node:path';
import { asBytePath, type BytePath } from '../core/byte-path.ts';

export { asBytePath, atOrBelow, inFolder, liesInside, nameOf, relativeTo, split, TOP, type BytePath } from '../core/byte-path.ts';

// oxlint-disable-next-line no-control-regex -- NUL to DEL is what ASCII is
const ASCII = /^[\x00-\x7f]*$/;

/** From the text that Node uses for paths. */
export function toBytePath(path: string): BytePath {
  return asBytePath(ASCII.test(path) ? path : Buffer.from(path, 'utf8').toString('latin1'));
}

/** For calls of node:fs. */
export function toSystemPath(path: BytePath): string | Buffer {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1');
}

/** For messages: bytes that are not UTF-8 show as U+FFFD. */
export function toDisplayPath(path: BytePath): string {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1').toString('utf8');
}

/** `dirname` of node:path. */
export function folderOf(path: BytePath): BytePath {
  return asBytePath(dirname(path));
}

export function toNameBytes(name: BytePath): Buffer {
  return Buffer.from(name, 'latin1');
}

export function fromNameBytes(name: Uint8Array): BytePath {
  return asBytePath(Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1'));
}
