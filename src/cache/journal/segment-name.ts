import { namesIn } from '../../fs/names-in.ts';
import { randomHex } from '../../fs/random-hex.ts';

const SEGMENT_NAME = /^\d{15}-[0-9a-f]{12}\.jnl$/;

/** Names sort by age. `ageOf`: the new segment is as old as that one. */
export function newSegmentName(ageOf?: string): string {
  const time = ageOf?.slice(0, 15) ?? String(Date.now()).padStart(15, '0');
  return `${time}-${randomHex(12)}.jnl`;
}

function isSegmentName(name: string): boolean {
  return SEGMENT_NAME.test(name);
}

/** In no order. Throws MLO_CACHE_IO. */
export function segmentsIn(folder: string): string[] {
  return namesIn(folder).filter(isSegmentName);
}
