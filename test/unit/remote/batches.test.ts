import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { BatchDamage, decodeTables, FOOTER_BYTES, keyOf, nameOf, runIdOf, tablesLength } from '../../../src/remote/batches/batch-format.ts';
import { BatchSet } from '../../../src/remote/batches/batch-set.ts';
import { BatchWriter } from '../../../src/remote/batches/batch-writer.ts';
import { openRecords } from '../../../src/remote/batches/read-batch.ts';
import { mergeBatches, sendRecords } from '../../../src/remote/batches/send-batches.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import type { Digest } from '../../../src/core/content.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const FOLDER = 'runs/default/';
const RUN = '0123456789abcdef0123456789abcdef';

function small(): BatchWriter {
  const writer = new BatchWriter();
  const digest = 'aa'.repeat(32) as Digest;
  writer.add(nameOf(RUN), [Buffer.from('hello\n'), Buffer.from('world\n')], [{ digest, kind: 'tree' }]);
  writer.add(nameOf('ff'.repeat(32)), [Buffer.from('entry\n')], []);
  return writer;
}

async function place() {
  const remote = directoryRemote(join(await temporaryFolder(), 'remote'));
  return { remote, folder: FOLDER, kept: join(await temporaryFolder(), 'kept') };
}

const record = (id: string, text: string) => ({ name: nameOf(id), pieces: () => [Buffer.from(text)], needs: [] });

async function textsOf(where: Awaited<ReturnType<typeof place>>, set: BatchSet): Promise<string[]> {
  const texts: string[] = [];
  for (const batch of set.batches) {
    const records = await openRecords(batch.tables, batch.tables.records, { remote: where.remote, key: batch.key });
    for await (const { pieces } of records ?? []) {
      const read: Buffer[] = [];
      for await (const piece of pieces()) read.push(piece);
      texts.push(Buffer.concat(read).toString());
    }
  }
  return texts.toSorted();
}

describe('a batch', () => {
  it('has the bytes that docs/design.md describes', () => {
    const { id, bytes } = small().finish();
    const golden = readFileSync(join(import.meta.dirname, '../../golden/batch-1.hex'), 'utf8');
    expect(bytes.toString('hex').replaceAll(/.{64}/g, '$&\n')).toBe(golden.trimEnd());
    expect(id).toBe(hashBytes(bytes));
  });

  it('says what is in it', () => {
    const { bytes } = small().finish();
    const tables = bytes.subarray(-tablesLength(bytes.subarray(-FOOTER_BYTES), bytes.length));
    const { records, needs, blocks } = decodeTables(tables, bytes.length);
    expect(records.map(({ name, at, length }) => [runIdOf(name), at, length])).toEqual([
      [RUN, 0, 12],
      [undefined, 12, 6],
    ]);
    expect(records.map(({ revision }) => revision.toString('hex'))).toEqual([hashBytes('hello\nworld\n'), hashBytes('entry\n')]);
    expect(needs).toEqual([{ digest: 'aa'.repeat(32), kind: 'tree' }]);
    expect(blocks.map(({ raw }) => raw)).toEqual([18]);
  });

  it('is refused wherever one byte of its tables or footer is another, or it is cut off', () => {
    const { bytes, tables } = small().finish();
    for (let at = 0; at < tables.length; at += 1) {
      const wrong = Buffer.from(tables);
      wrong[at] = (wrong[at] as number) ^ 1;
      expect(() => decodeTables(wrong, bytes.length), `byte ${at}`).toThrow(BatchDamage);
    }
    expect(() => decodeTables(tables.subarray(80), bytes.length - 80)).toThrow(BatchDamage);
    expect(() => decodeTables(tables, bytes.length - 1)).toThrow(BatchDamage);
  });

  it('takes records of any length, over as many blocks as they need', async () => {
    const where = await place();
    const long = Array.from({ length: 400_000 }, (_, number) => `line ${number} ${Math.imul(number, 2654435761)}\n`).join('');
    await sendRecords(where, [record('00'.repeat(16), 'short\n'), record('11'.repeat(16), long), record('22'.repeat(16), 'last\n')]);
    const set = await BatchSet.load(where.remote, FOLDER, where.kept);
    expect(set.batches.map(({ tables }) => tables.blocks.length)).toEqual([Math.ceil((long.length + 11) / (1024 * 1024))]);
    expect(await textsOf(where, set)).toEqual([long, 'last\n', 'short\n'].toSorted());
  });
});

describe('batches in a folder', () => {
  it('are merged from seventeen small ones on, and say the same afterwards without what is part of another revision', async () => {
    const where = await place();
    const texts: string[] = [];
    for (let number = 0; number < 17; number += 1) {
      const id = number.toString(16).padStart(2, '0').repeat(16);
      texts.push(`record ${number}\n`);
      await sendRecords(where, [record(id, `record ${number}\n`), record('ab'.repeat(16), `revision ${number}\n`)]);
    }
    const before = await BatchSet.load(where.remote, FOLDER, where.kept);
    expect(before.batches).toHaveLength(17);
    await mergeBatches(
      where,
      before,
      ({ revision }) => keyOf(revision) !== keyOf(Buffer.from(hashBytes('revision 16\n'), 'hex')) && isOf(revision),
    );
    const after = await BatchSet.load(where.remote, FOLDER, where.kept);
    expect(after.batches).toHaveLength(1);
    expect(await textsOf(where, after)).toEqual([...texts, 'revision 16\n'].toSorted());
  });

  it('are not merged where they are few', async () => {
    const where = await place();
    for (let number = 0; number < 16; number += 1) await sendRecords(where, [record('ab'.repeat(16), `revision ${number}\n`)]);
    const set = await BatchSet.load(where.remote, FOLDER, where.kept);
    await mergeBatches(where, set, () => false);
    expect((await BatchSet.load(where.remote, FOLDER, where.kept)).batches).toHaveLength(16);
  });

  it('keep what only a damaged one of them has: that stays where it is', async () => {
    const where = await place();
    for (let number = 0; number < 18; number += 1) await sendRecords(where, [record('ab'.repeat(16), `revision ${number}\n`)]);
    const set = await BatchSet.load(where.remote, FOLDER, where.kept);
    const [victim] = set.batches;
    const bytes = (await where.remote.get(victim?.key ?? '', 1e6)) as Buffer;
    bytes[20] = (bytes[20] as number) ^ 1;
    await where.remote.delete(victim?.key ?? '');
    await where.remote.put(victim?.key ?? '', bytes);
    await mergeBatches(where, set, () => false);
    const after = await BatchSet.load(where.remote, FOLDER, where.kept);
    expect(after.batches.map(({ id }) => id)).toContain(victim?.id);
    expect(after.batches).toHaveLength(2);
    expect(after.batches.flatMap(({ tables }) => tables.records)).toHaveLength(18);
  });
});

function isOf(revision: Buffer): boolean {
  return Array.from({ length: 17 }, (_, number) => hashBytes(`revision ${number}\n`)).includes(revision.toString('hex') as Digest);
}
