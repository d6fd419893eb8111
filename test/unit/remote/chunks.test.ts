import { blake3 } from '@napi-rs/blake-hash';
import { describe, expect, it } from 'vitest';
import { chunkEnd, LARGEST_CHUNK, SMALLEST_CHUNK } from '../../../src/core/chunks/cut.ts';
import { GEAR } from '../../../src/core/chunks/gear.ts';
import { cutBytes } from '../../../src/remote/push/cut-file.ts';
import { fc } from '../../helpers/properties.ts';

/** Bytes that look random, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 255;
  }
  return bytes;
}

function lengths(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = chunkEnd(bytes, at, bytes.length);
    found.push(end - at);
    at = end;
  }
  return found;
}

async function digests(bytes: Buffer): Promise<string[]> {
  const found: string[] = [];
  await cutBytes(bytes, (digest) => void found.push(Buffer.from(digest).toString('hex')));
  return found;
}

describe('chunks', () => {
  it('are cut where the format says: table and cuts of a known file', () => {
    expect([...GEAR.subarray(0, 4)].map((number) => (number >>> 0).toString(16))).toMatchInlineSnapshot(`
      [
        "64625032",
        "d9c0799c",
        "af362e10",
        "7fa88912",
      ]
    `);
    expect(lengths(noise(1_000_000, 7))).toMatchInlineSnapshot(`
      [
        67326,
        90071,
        99717,
        90371,
        96420,
        88058,
        108496,
        65625,
        85411,
        40973,
        97612,
        69920,
      ]
    `);
  });

  it('have lengths within bounds, but the last one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_500_000 }), fc.integer(), fc.integer({ min: 1, max: 256 }), (length, seed, values) => {
        const bytes = noise(length, seed).map((byte) => byte % values);
        const found = lengths(bytes);
        expect(found.reduce((sum, each) => sum + each, 0)).toBe(length);
        for (const each of found.slice(0, -1)) expect(each).toBeGreaterThan(SMALLEST_CHUNK);
        for (const each of found) expect(each).toBeLessThanOrEqual(LARGEST_CHUNK);
      }),
      { numRuns: 25 },
    );
  });

  it('are about 64 KiB long on average', () => {
    const found = lengths(noise(20_000_000, 3));
    const average = 20_000_000 / found.length;
    expect(average).toBeGreaterThan(56 * 1024);
    expect(average).toBeLessThan(88 * 1024);
  });

  it('are the same however the file is read', async () => {
    const bytes = noise(9_000_000, 11);
    let at = 0;
    const whole = lengths(bytes).map((length) => blake3(bytes.subarray(at, (at += length))).toString('hex'));
    expect(await digests(bytes)).toEqual(whole);
    expect(await cutBytes(bytes, () => {})).toBe(blake3(bytes).toString('hex'));
  });

  it('change around an insertion only', async () => {
    const before = noise(6_000_000, 5);
    const known = new Set(await digests(before));
    const fresh: number[] = [];
    for (let place = 0; place < 20; place += 1) {
      const at = place * 290_000;
      const after = Buffer.concat([before.subarray(0, at), noise(100 + place * 97, place), before.subarray(at)]);
      fresh.push((await digests(after)).filter((digest) => !known.has(digest)).length);
    }
    expect(fresh.reduce((sum, each) => sum + each, 0) / fresh.length).toBeLessThan(5);
    expect(Math.max(...fresh)).toBeLessThan(20);
  });
});
