import { expect, test } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import type { IndexRow } from '../../../src/remote/format/index-format.ts';
import { RemoteIndex } from '../../../src/remote/format/remote-index.ts';
import { encodeIndex } from '../../helpers/encode-index.ts';
import type { IndexSet } from '../../../src/remote/index-set.ts';
import { planRewrite } from '../../../src/remote/gc/remote-plan.ts';

const ID = 'ab'.repeat(32) as Digest;
/** More than a call takes arguments. */
const NEEDED = 130_000;
const ROW_BYTES = 44;

test.each([
  { what: 'stay where they are', repack: false, objects: NEEDED, rows: NEEDED, moving: 0 },
  { what: 'move where the pack is mostly waste', repack: true, objects: NEEDED * 2.2, rows: 0, moving: NEEDED },
])('very many needed objects of one pack $what', ({ repack, objects, rows, moving }) => {
  const all = Array.from({ length: objects }, (_, number): IndexRow => {
    const digest = Buffer.alloc(32);
    digest.writeUInt32LE(number);
    return { digest, pack: ID, at: 16 + number * 64, stored: 64, raw: 64, encoding: 0 };
  });
  const pack = { id: ID, size: 16 + objects * (64 + ROW_BYTES) + 1088, modifiedMs: 0 };
  const index = new RemoteIndex(encodeIndex([pack], all, []));
  const plan = planRewrite({
    index: { indexes: [{ id: ID, index }] } as unknown as IndexSet,
    packs: new Map([[ID, pack]]),
    keeps: (digest) => Buffer.from(digest).readUInt32LE() < NEEDED,
    nowMs: 1,
    youngSinceMs: 0,
    repack,
  });
  expect([plan.rows.length, plan.moving.length]).toEqual([rows, moving]);
});
