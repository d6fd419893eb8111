import { readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashBytes } from '../../fs/hash.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';
import { syncFolder } from '../../fs/write-atomic.ts';
import { newSegmentName } from '../journal/segment-name.ts';
import { SegmentWriter } from '../journal/segment-writer.ts';
import { NO_BYTES, RECORD } from '../journal/record-format.ts';
import { corruptFolder } from '../objects/corrupt-folder.ts';
import { LooseObjects } from '../objects/loose-objects.ts';
import { PackReader } from '../packs/pack-reader.ts';
import { PackWriter } from '../packs/pack-writer.ts';
import { rewritePacks } from '../packs/rewrite-packs.ts';
import { syncPacks } from '../packs/sync-pack.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { brokenListName, isPackName } from '../packs/pack-name.ts';
import type { Damage } from './damage.ts';
import { salvagePack } from './salvage-pack.ts';
import { scanSegment } from './scan-segment.ts';

/** A file that was mended or taken out of use. */
export interface Repair {
  readonly file: string;
  /** In words that go on after "<file>: ". */
  readonly done: string;
}

/**
 * Takes what is broken out of use, and keeps it in `corrupt/`. What is right in the same file is written to a new one, durable,
 * before. Needs the right to delete (`exclusiveAccess`). Throws MLO_CACHE_IO.
 */
export async function repairStore(cacheDir: string, damages: readonly Damage[]): Promise<readonly Repair[]> {
  const repairs: Repair[] = [];
  for (const [file, found] of Map.groupBy(damages, (damage) => damage.file)) {
    const done = await repairFile(cacheDir, file, found);
    if (done !== undefined) repairs.push({ file, done });
  }
  return repairs;
}

async function repairFile(cacheDir: string, file: string, damages: readonly Damage[]): Promise<string | undefined> {
  const folder = dirname(file);
  if (folder === join(cacheDir, 'journal')) return await repairSegment(cacheDir, file);
  if (folder !== join(cacheDir, 'packs')) return repairLoose(cacheDir, damages);
  if (isPackName(basename(file))) return await repairPack(cacheDir, file, damages);
  withIoErrors('delete', file, () => rmSync(file, { force: true }));
  return 'deleted; it is made again when it is needed';
}

function repairLoose(cacheDir: string, damages: readonly Damage[]): string {
  const loose = new LooseObjects(join(cacheDir, 'objects'), corruptFolder(join(cacheDir, 'corrupt')));
  for (const { digest } of damages) if (digest !== undefined) loose.setAside(digest);
  return 'moved to corrupt/';
}

async function repairPack(cacheDir: string, file: string, damages: readonly Damage[]): Promise<string> {
  const folder = dirname(file);
  const isWhole = !damages.some((damage) => damage.kind === 'pack');
  const { written, kept } = isWhole ? rewritten(cacheDir, file) : salvaged(folder, file);
  await syncPacks(
    folder,
    written.map((name) => join(folder, name)),
  );
  if (written.some((name) => name === basename(file))) return `written anew with all its ${kept} objects`;
  if (isWhole) withIoErrors('delete the pack', file, () => rmSync(file, { force: true }));
  else moveAside(cacheDir, file);
  withIoErrors('delete', file, () =>
    rmSync(join(folder, brokenListName(basename(file) as Parameters<typeof brokenListName>[0])), { force: true }),
  );
  return kept === 0 ? 'moved to corrupt/' : `its ${kept} good objects were moved to a new pack`;
}

type Written = { readonly written: readonly string[]; readonly kept: number };

function rewritten(cacheDir: string, file: string): Written {
  const corrupt = corruptFolder(join(cacheDir, 'corrupt'));
  const reader = new PackReader(file);
  let broken = 0;
  try {
    const written = rewritePacks(dirname(file), [reader], {
      keep: () => true,
      onBroken(digest, stored) {
        broken += 1;
        corrupt.keepBytes(digest, stored);
      },
    });
    return { written, kept: reader.count - broken };
  } finally {
    reader.close();
  }
}

function salvaged(folder: string, file: string): Written {
  const writer = new PackWriter(folder);
  try {
    const kept = salvagePack(file, writer);
    writer.seal();
    return { written: writer.sealed, kept };
  } catch (error) {
    writer.abandon();
    if (isErrno(error)) return { written: [], kept: 0 };
    throw error;
  }
}

/** Everything in it that is right goes to a segment of the same age. */
async function repairSegment(cacheDir: string, file: string): Promise<string> {
  const folder = dirname(file);
  const corrupt = corruptFolder(join(cacheDir, 'corrupt'));
  const writer = new SegmentWriter(join(folder, temporaryName()));
  let objects = 0;
  let runs = 0;
  try {
    scanSegment(
      readFileSync(file),
      ({ type, digest, payload, isIntact }) => {
        if (type === RECORD.object && hashBytes(payload) === digest) {
          writer.append(RECORD.object, digest, payload);
          objects += 1;
        } else if (type === RECORD.object) corrupt.keepBytes(digest, payload);
        else if (type === RECORD.run && isIntact) {
          writer.append(RECORD.run, digest, payload);
          runs += 1;
        } else if (type === RECORD.broken && isIntact) writer.append(RECORD.broken, digest, NO_BYTES);
      },
      () => {},
    );
    await writer.seal(join(folder, newSegmentName(basename(file))));
  } catch (error) {
    withIoErrors('delete', writer.path, () => rmSync(writer.path, { force: true }));
    throw error;
  } finally {
    writer.close();
  }
  moveAside(cacheDir, file);
  return `its ${objects} good objects and ${runs} run-cache entries were moved to a new segment`;
}

function moveAside(cacheDir: string, file: string): void {
  const folder = join(cacheDir, 'corrupt');
  withIoErrors('set aside', file, () => {
    makeSharedFolder(folder);
    renameSync(file, join(folder, basename(file)));
    syncFolder(dirname(file));
  });
}
