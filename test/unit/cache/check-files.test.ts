import { closeSync, copyFileSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/cache/verify/check-jobs.ts';
import { salvagePack } from '../../../src/cache/verify/salvage-pack.ts';
import { SegmentWriter } from '../../../src/cache/journal/segment-writer.ts';
import { RECORD } from '../../../src/cache/journal/record-format.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { canonicalJson } from '../../../src/core/encoding/canonical-json.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const OBJECTS = Array.from({ length: 12 }, (_, index) => Buffer.from(`object ${index} `.repeat(index + 1)));
const ENTRY = canonicalJson({ schema: 1, record: {}, outs: {}, run: { id: 'r', startedMs: 1, durationMs: 1 } });

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
});

function packPath(): string {
  const writer = new PackWriter(folder);
  for (const bytes of OBJECTS) writer.put(Buffer.from(hashBytes(bytes), 'hex'), bytes, 'file');
  return join(folder, writer.seal() ?? '');
}

async function segmentPath(): Promise<string> {
  const path = join(await temporaryFolder(), '000000000000001-0123456789ab.jnl');
  const writer = new SegmentWriter(path);
  for (const bytes of OBJECTS) writer.append(RECORD.object, hashBytes(bytes), bytes);
  writer.append(RECORD.run, hashBytes('key'), Buffer.from(ENTRY));
  await writer.seal();
  writer.close();
  return path;
}

/** The file with one bit changed, under the same name in another folder. Changed in place: some file systems write a file that is made anew out to the disk at once. */
async function eachFlip(path: string, check: (flipped: string, at: number) => void): Promise<void> {
  const whole = readFileSync(path);
  const copy = join(await temporaryFolder(), path.slice(path.lastIndexOf('/') + 1));
  copyFileSync(path, copy);
  const file = openSync(copy, 'r+');
  for (let at = 0; at < whole.length; at += 1) {
    writeSync(file, Buffer.of((whole[at] ?? 0) ^ (1 << (at % 8))), 0, 1, at);
    check(copy, at);
    writeSync(file, whole, at, 1, at);
  }
  closeSync(file);
  expect(readFileSync(copy).equals(whole)).toBe(true);
}

describe('a bit flipped anywhere', () => {
  it('in a pack is found', async () => {
    const path = packPath();
    expect(runCheck({ kind: 'check-pack', path }).damages).toEqual([]);
    await eachFlip(path, (flipped, at) =>
      expect(runCheck({ kind: 'check-pack', path: flipped }).damages.length, String(at)).toBeGreaterThan(0),
    );
  });

  it('in a pack leaves all entries but one to be salvaged', async () => {
    const into = await temporaryFolder();
    await eachFlip(packPath(), (flipped, at) => {
      const writer = new PackWriter(into);
      expect(salvagePack(flipped, writer), String(at)).toBeGreaterThanOrEqual(OBJECTS.length - 1);
      writer.abandon();
    });
    expect(readdirSync(into)).toEqual([]);
  });

  it('in a closed segment of the journal is found', async () => {
    const path = await segmentPath();
    expect(runCheck({ kind: 'check-segment', path })).toMatchObject({ objects: 12, runs: 1, damages: [] });
    await eachFlip(path, (flipped, at) =>
      expect(runCheck({ kind: 'check-segment', path: flipped }).damages.length, String(at)).toBeGreaterThan(0),
    );
  });
});

describe('a segment whose writer died', () => {
  it('is whole wherever the last write was cut off', async () => {
    const whole = readFileSync(await segmentPath());
    const path = join(await temporaryFolder(), '000000000000002-0123456789ab.jnl');
    const records = whole.lastIndexOf(Buffer.from('mloR'));
    const file = openSync(path, 'wx');
    for (let length = 0; length < records; length += 1) {
      expect(runCheck({ kind: 'check-segment', path }).damages, String(length)).toEqual([]);
      writeSync(file, whole, length, 1);
    }
    closeSync(file);
  });

  it('a file that is gone is no damage', () => {
    expect(runCheck({ kind: 'check-pack', path: join(folder, 'gone.pack') }).damages).toEqual([]);
  });
});
