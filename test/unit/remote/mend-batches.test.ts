import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BATCH_START, BLOCK_RAW } from '../../../src/remote/batches/batch-format.ts';
import { BatchSet, readTables } from '../../../src/remote/batches/batch-set.ts';
import { BatchWriter } from '../../../src/remote/batches/batch-writer.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { takeLease } from '../../../src/remote/leases.ts';
import { mendBatches } from '../../../src/remote/verify/mend-batches.ts';
import { listBatches, verifyBatches } from '../../../src/remote/verify/verify-batches.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const RECORDS = 2000;
const RECORD_BYTES = 3000;

it('mending leaves a batch where it is that reads right by now', async () => {
  const folder = await temporaryFolder();
  const remote = directoryRemote(folder);
  const writer = new BatchWriter();
  writer.add(randomBytes(32), [randomBytes(RECORD_BYTES)], []);
  const { id, bytes } = writer.finish();
  const key = `runs/default/${id}`;
  await remote.put(key, bytes);
  const { ino } = statSync(join(folder, key));
  const [, tables] = await readTables(remote, { key, size: bytes.length });
  const lease = await takeLease(remote, 'gc', { command: 'verify', waitMs: 0 });
  const finding = { key, size: bytes.length, why: 'a block was read wrong', isNewer: false, ...(tables === undefined ? {} : { tables }) };
  await mendBatches([finding], { remote, lease, keptTables: () => undefined });
  await lease.release();
  expect(statSync(join(folder, key)).ino).toBe(ino);
});

it('mending keeps every record outside the damaged block, and reads the batch a few times, not once for each record', async () => {
  const folder = await temporaryFolder();
  const remote = directoryRemote(folder);
  const writer = new BatchWriter();
  for (let number = 0; number < RECORDS; number += 1) writer.add(randomBytes(32), [randomBytes(RECORD_BYTES)], []);
  const { id, bytes } = writer.finish();
  const key = `runs/default/${id}`;
  await remote.put(key, bytes);
  const damaged = readFileSync(join(folder, key));
  const at = BATCH_START.length + 2.5 * BLOCK_RAW;
  damaged[at] = (damaged[at] as number) ^ 1;
  writeFileSync(join(folder, key), damaged);
  const { findings } = await verifyBatches(remote, await listBatches(remote), 1);
  expect(findings.map((each) => each.key)).toEqual([key]);
  const lease = await takeLease(remote, 'gc', { command: 'verify', waitMs: 0 });
  const before = remote.requests;
  const result = await mendBatches(findings, { remote, lease, keptTables: () => undefined });
  expect(result).toEqual({ mended: 1, removed: [], left: [] });
  expect(remote.requests - before).toBeLessThan(80);
  await lease.release();
  const { batches } = await BatchSet.load(remote, 'runs/default/', await temporaryFolder());
  const lost = Math.ceil((3 * BLOCK_RAW) / RECORD_BYTES) - Math.floor((2 * BLOCK_RAW) / RECORD_BYTES);
  expect(batches.map(({ tables }) => tables.recordCount)).toEqual([RECORDS - lost]);
  expect((await verifyBatches(remote, await listBatches(remote), 1)).findings).toEqual([]);
});
