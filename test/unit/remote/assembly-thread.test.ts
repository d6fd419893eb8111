import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { ENCODING } from '../../../src/cache/packs/pack-format.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import type { ArrivedEntry } from '../../../src/remote/pull/fetch-entries.ts';
import { packChunks } from '../../../src/remote/pull/assembly/pack-chunks.ts';
import { AssemblyThread } from '../../../src/remote/pull/assembly/thread.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const PIECE = 50_000;
const thread = new AssemblyThread();
afterAll(() => thread.end());

/** As if each piece lay in a pack, one behind the other. */
function arrived(bytes: Buffer): readonly ArrivedEntry[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, number) => {
    const at = number * PIECE;
    const piece = bytes.subarray(at, at + PIECE);
    const digest = Buffer.from(hashBytes(piece), 'hex');
    const place = {
      pack: { id: hashBytes('pack'), size: bytes.length },
      at,
      stored: piece.length,
      raw: piece.length,
      encoding: ENCODING.raw,
    };
    return { request: { digest, most: PIECE, places: [place], take: () => undefined }, place, at };
  });
}

function boundsOf(entries: readonly ArrivedEntry[], end: number): Float64Array {
  return Float64Array.from([...entries.map(({ at }) => at), end]);
}

it('chunks are compared with their digests, and the right ones written, to every file that has them, in any order', async () => {
  const folder = await temporaryFolder();
  const whole = randomBytes(5 * PIECE + 7);
  const entries = arrived(whole);
  const files = await Promise.all(
    ['one', 'two'].map(async (name) => await thread.open(join(folder, name), boundsOf(entries, whole.length))),
  );
  const targets = entries.map((_, number) => files.map((file) => ({ file: file.number, number })));
  const damaged = Buffer.from(whole);
  damaged[2 * PIECE] = 1 + (damaged[2 * PIECE] as number);

  const backwards = (list: readonly ArrivedEntry[]): ArrivedEntry[] => list.toReversed();
  const first = packChunks(damaged, backwards(entries), targets.toReversed());
  expect([...(await thread.take(first.memory, first.chunks))]).toEqual([1, 1, 1, 0, 1, 1]);
  const again = packChunks(whole, entries.slice(2, 3), targets.slice(2, 3));
  expect([...(await thread.take(again.memory, again.chunks))]).toEqual([1]);
  for (const file of files) {
    expect(await file.digest()).toBe(hashBytes(whole));
    await file.close();
    expect(readFileSync(file.path).equals(whole)).toBe(true);
  }
});

it('where less came than was asked for, what lay in the memory before counts for nothing', async () => {
  const folder = await temporaryFolder();
  const whole = randomBytes(2 * PIECE);
  const entries = arrived(whole);
  const file = await thread.open(join(folder, 'file'), boundsOf(entries, whole.length));
  const memory = Buffer.from(new SharedArrayBuffer(whole.length));
  memory.set(whole);
  const { chunks } = packChunks(
    memory.subarray(0, PIECE + 1),
    entries,
    entries.map((_, number) => [{ file: file.number, number }]),
  );
  expect([...(await thread.take(memory.buffer as unknown as SharedArrayBuffer, chunks))]).toEqual([1, 0]);
  await file.remove();
  expect(existsSync(file.path)).toBe(false);
});

it('what lies at the path stays, and is told as here', async () => {
  const path = join(await temporaryFolder(), 'file');
  writeFileSync(path, 'mine');
  await expect(thread.open(path, Float64Array.of(0, 1))).rejects.toMatchObject({ code: 'MLO_CACHE_IO', details: { errno: 'EEXIST' } });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

it('a thread that has ended answers nothing more, and says so', async () => {
  const own = new AssemblyThread();
  own.end();
  const path = join(await temporaryFolder(), 'file');
  await expect(own.open(path, Float64Array.of(0, 1))).rejects.toThrow('The thread that puts files together ended');
  await expect(own.open(path, Float64Array.of(0, 1))).rejects.toThrow('The thread that puts files together ended');
});
