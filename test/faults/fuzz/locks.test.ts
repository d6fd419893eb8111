import { test } from 'vitest';
import { parseEntry } from '../../../src/cache/run-cache.ts';
import { declaredChanges } from '../../../src/core/plan/changes.ts';
import { runCacheKey } from '../../../src/core/fingerprint.ts';
import { decodeTree, encodeTree } from '../../../src/core/encoding/tree-format.ts';
import { decodeListing, encodeListing } from '../../../src/core/encoding/url-listing.ts';
import { formatLock, parseLock } from '../../../src/core/lock/format.ts';
import { mergeLocks } from '../../../src/core/lock/merge.ts';
import { readableContent, readableLock } from '../../../src/core/lock/readable.ts';
import { isSafeProjectPath } from '../../../src/core/path/project-path.ts';
import { dataPathOf, formatPointer, parsePointerText } from '../../../src/core/pointer.ts';
import type { Digest } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { onlyStage } from '../../unit/pipeline/pipeline-files.ts';
import { fuzz, mustBeSafe } from './fuzz.ts';
import { GOLDEN_DATA, goldenFile } from './golden.ts';
import { mutateJson, mutateText, type Random } from './mutate.ts';

const STAGE = onlyStage('stages:\n  train:\n    cmd: x\n    deps: [data/train.csv]\n    outs: [models/iris]\n');

function mutateEither(text: string, random: Random): string {
  return random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random);
}

test('pipeline.lock: read, shown, merged, compared and written again', async () => {
  const golden = JSON.stringify(GOLDEN_DATA['pipeline.lock'], undefined, 2);
  const whole = parseLock('pipeline.lock', golden);
  await fuzz({
    suite: 'pipeline.lock',
    goldens: [golden],
    mutate: mutateEither,
    read(text) {
      const lock = parseLock('pipeline.lock', text);
      parseLock('pipeline.lock', formatLock(lock));
      readableLock(lock);
      mergeLocks({ base: whole, ours: lock, theirs: whole }, { ours: 'a', theirs: 'b' });
      for (const entry of Object.values(lock.stages)) {
        for (const path of Object.keys(entry.outs ?? {})) mustBeSafe(path);
        declaredChanges(entry, whole.stages['train'] ?? {});
        runCacheKey(STAGE, entry, hashBytes);
      }
    },
  });
});

test('entries of the run-cache, which remotes have', async () => {
  const { outs, ...record } = GOLDEN_DATA['pipeline.lock'].stages.train;
  const entry = { schema: 1, record, outs, run: { id: 'a', startedMs: 1, durationMs: 2 }, undeclared: [{ what: 'read', path: 'x' }] };
  await fuzz({
    suite: 'run-cache entry',
    goldens: [JSON.stringify(entry)],
    mutate: mutateEither,
    read(text) {
      const found = parseEntry(text);
      if (found === undefined) return;
      for (const path of Object.keys(found.outs)) mustBeSafe(path);
      declaredChanges(found.record, record as never);
      runCacheKey(STAGE, found.record, hashBytes);
      formatLock({ hash: 'blake3-256', schema: 1, stages: { x: { ...found.record, outs: found.outs } } });
    },
  });
});

test('pointers', async () => {
  await fuzz({
    suite: 'pointer',
    goldens: (['data.mlo', 'import.mlo', 'repo.mlo'] as const).map((name) => JSON.stringify(GOLDEN_DATA[name], undefined, 2)),
    mutate: mutateEither,
    read(text) {
      const { content, source } = parsePointerText('data.mlo', text);
      parsePointerText('data.mlo', formatPointer(content, source));
      readableContent(content);
      if (!Number.isSafeInteger(content.size) || content.size < 0) throw new Error(`a size of ${content.size}`);
    },
  });
});

test('names of pointers', async () => {
  await fuzz({
    suite: 'pointer name',
    goldens: ['data/raw.csv.mlo'],
    mutate: mutateText,
    read(name) {
      if (!isSafeProjectPath(name)) return;
      const path = dataPathOf(name);
      mustBeSafe(path);
    },
  });
});

test('trees', async () => {
  const digest = 'a'.repeat(64) as Digest;
  await fuzz({
    suite: 'tree',
    goldens: [goldenFile('tree-1.txt')],
    mutate: mutateText,
    read(text) {
      const rows = decodeTree(text, digest);
      for (const { name } of rows) if (!isSafeName(name)) throw new Error(`a file would have the name ${name}`);
      if (encodeTree(rows) !== text) throw new Error('another tree is written');
    },
  });
});

function isSafeName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

test('listings of what was imported', async () => {
  await fuzz({
    suite: 'listing',
    goldens: [goldenFile('url-listing-1.txt')],
    mutate: mutateText,
    read: (text) => encodeListing(decodeListing(text)),
  });
});
