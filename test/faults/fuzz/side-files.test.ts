import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { ResumeLog } from '../../../src/app/imports/resume-log.ts';
import { mergeFiles, readableText } from '../../../src/app/merge-driver.ts';
import type { Project } from '../../../src/app/project.ts';
import { isDigest } from '../../../src/core/content.ts';
import { parseLock } from '../../../src/core/lock/format.ts';
import { parsePointer } from '../../../src/core/pointer.ts';
import { isLockHeld, readLock, tryLock } from '../../../src/fs/project-lock.ts';
import { namesIn } from '../../../src/fs/names-in.ts';
import { shortLock } from '../../../src/fs/short-lock.ts';
import { scratchFolder } from '../lib/index.ts';
import { fuzz } from './fuzz.ts';
import { GOLDEN_DATA } from './golden.ts';
import { mutateJson, mutateText, type Random } from './mutate.ts';

const mutateEither = (text: string, random: Random): string =>
  text.startsWith('{') && random.chance(0.6) ? mutateJson(text, random) : mutateText(text, random);

test('lock files of the project', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const held = tryLock(path, 'repro');
  const golden = readFileSync(path, 'utf8');
  held?.release();
  await fuzz({
    suite: '.mlo/lock',
    goldens: [golden, shortLock()],
    mutate: mutateEither,
    read(text) {
      for (const name of namesIn(folder)) rmSync(join(folder, name), { recursive: true });
      writeFileSync(path, text);
      const holder = readLock(path);
      if (holder !== undefined && typeof holder.command !== 'string') throw new Error('a holder without a command');
      const isHeld = isLockHeld(path);
      const own = tryLock(path, 'add');
      if (isHeld && own !== undefined) throw new Error('a lock that is held was taken');
      own?.release();
    },
  });
});

test('what an import has downloaded', async () => {
  const stateDir = scratchFolder();
  const log = new ResumeLog({ stateDir, keepState: (work: () => void) => work() } as unknown as Project, 's3://b/k/');
  for (const key of ['a', 'b/c']) log.add({ key, etag: 'e', size: 3, digest: 'a'.repeat(64) } as Parameters<ResumeLog['add']>[0]);
  log.write();
  const path = join(stateDir, 'imports', namesIn(join(stateDir, 'imports'))[0] as string);
  await fuzz({
    suite: 'resume log',
    goldens: [readFileSync(path, 'utf8')],
    mutate: mutateText,
    read(text) {
      writeFileSync(path, text);
      for (const { key, etag, size, digest } of log.read())
        if (typeof key !== 'string' || typeof etag !== 'string' || !Number.isSafeInteger(size) || size < 0 || !isDigest(digest))
          throw new Error('a line that says nothing is believed');
    },
  });
});

test('what Git hands to the merge driver', async () => {
  const cwd = scratchFolder();
  mkdirSync(join(cwd, 'x'));
  const [base, ours, theirs] = ['base', 'ours', 'theirs'].map((name) => join(cwd, name)) as [string, string, string];
  for (const path of ['pipeline.lock', 'data.mlo'] as const) {
    const golden = JSON.stringify(GOLDEN_DATA[path]);
    await fuzz({
      suite: `merge of ${path}`,
      goldens: [[golden, golden, golden]],
      mutate: (versions, random) =>
        versions.map((text) => (random.chance(0.6) ? mutateEither(text, random) : random.chance(0.1) ? '' : text)),
      async read(versions) {
        for (const [at, file] of [base, ours, theirs].entries()) writeFileSync(file, versions[at] as string);
        const { conflicts, kind } = mergeFiles(cwd, { base, ours, theirs, path });
        if (kind === 'text') return;
        const merged = readFileSync(ours, 'utf8');
        const parse = path === 'pipeline.lock' ? parseLock : parsePointer;
        if (conflicts.length === 0) parse(path, merged);
        else if (!merged.includes('<<<<<<<')) throw new Error('a conflict without markers');
        await readableText(cwd, ours);
      },
      share: 0.3,
    });
  }
});
