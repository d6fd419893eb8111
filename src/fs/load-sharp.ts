import type sharp from 'sharp';

export type Sharp = typeof sharp;

/**
 * The picture library, loaded when a picture is drawn or read: it costs 100 ms and 30 MB.
 * One thread works on one picture, as whoever has many works on several at a time; nothing is kept
 * for a picture that comes again, because none does.
 */
export async function loadSharp(): Promise<Sharp> {
  const { default: library } = await import('sharp');
  library.cache(false);
  library.concurrency(1);
  return library;
}
