/**
 * A path or name as bytes, one character (U+0000 to U+00FF) a byte. POSIX names are bytes and need
 * not be UTF-8; in this form they are lossless, cheap as map keys, and sort by bytes.
 * ASCII paths, nearly all, look the same in both forms.
 */
export type BytePath = string;

// oxlint-disable-next-line no-control-regex -- NUL to DEL is what ASCII is
const ASCII = /^[\x00-\x7f]*$/;

/** From the text that Node uses for paths. */
export function toBytePath(path: string): BytePath {
  return ASCII.test(path) ? path : Buffer.from(path, 'utf8').toString('latin1');
}

/** For calls of node:fs. */
export function toSystemPath(path: BytePath): string | Buffer {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1');
}

/** For messages: bytes that are not UTF-8 show as U+FFFD. */
export function toDisplayPath(path: BytePath): string {
  return ASCII.test(path) ? path : Buffer.from(path, 'latin1').toString('utf8');
}

export function toNameBytes(name: BytePath): Buffer {
  return Buffer.from(name, 'latin1');
}

export function fromNameBytes(name: Uint8Array): BytePath {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
}
