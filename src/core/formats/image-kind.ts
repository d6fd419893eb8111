export type ImageKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif';

/** Kinds that are told apart so that a refusal can name them. */
type OtherKind = 'bmp' | 'heic' | 'svg' | 'pdf' | 'jpeg-xl' | 'jpeg 2000';

/** How a picture begins, as Latin-1 text; `?` is any byte. The name of a file is no evidence. */
const STARTS: readonly (readonly [start: string, kind: ImageKind | OtherKind])[] = [
  ['\u00ff\u00d8\u00ff', 'jpeg'],
  ['\u0089PNG\r\n\u001a\n', 'png'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['RIFF????WEBP', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['????ftypavi', 'avif'],
  ['????ftyphei', 'heic'],
  ['????ftypmif', 'heic'],
  ['BM', 'bmp'],
  ['%PDF', 'pdf'],
  ['<svg', 'svg'],
  ['<?xml', 'svg'],
  ['\u00ff\n', 'jpeg-xl'],
  ['????JXL ', 'jpeg-xl'],
  ['????jP  ', 'jpeg 2000'],
];

const READABLE: ReadonlySet<string> = new Set(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] satisfies ImageKind[]);
export const READABLE_KINDS = 'JPEG, PNG, GIF, WebP, TIFF or AVIF';

/** By its first bytes; undefined where it is no picture that can be read. */
export function imageKind(bytes: Uint8Array): ImageKind | undefined {
  const kind = startOf(bytes);
  return kind !== undefined && READABLE.has(kind) ? (kind as ImageKind) : undefined;
}

/** What stands there instead, in words. */
export function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const kind = startOf(bytes);
  if (kind !== undefined) return kind.toUpperCase();
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `bytes that begin with ${start.join(' ')}`;
}

/** Whether a file of that name is meant to be a picture. */
export function hasImageName(name: string): boolean {
  return /\.(jpe?g|jpe|jfif|png|gif|webp|tiff?|avif|bmp|dib|heic|heif|jxl|jp2)$/i.test(name);
}

function startOf(bytes: Uint8Array): ImageKind | OtherKind | undefined {
  return STARTS.find(([start]) => Array.from(start).every((letter, at) => letter === '?' || bytes[at] === letter.charCodeAt(0)))?.[1];
}
