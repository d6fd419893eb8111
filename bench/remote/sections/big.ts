import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeBigFile } from '../../data/files.ts';
import { run, runMeasuringUse } from '../../data/process.ts';
import { formatBytes, type Row } from '../../data/rows.ts';
import { needSpace, remove } from '../../data/workplace.ts';
import { rclone, restic } from '../peers.ts';
import type { Section, World } from '../world.ts';

const INSERTED = 1_000_000;
const PIECE = 2 ** 24;
const CHANGES = ['append 1 %', 'insert 1 MB'] as const;
const WRITTEN_ONCE = 'dd big, synced';
const WRITTEN_TWICE = 'dd big, synced, and cp';
const HARDLINKS = { MLO_CACHE_LINK: 'hardlink' };
const memory = new Map<string, number>();

/** One file of random bytes: pushed, pulled, and pushed again after a change. */
export const bigSection: Section = {
  async measure(world) {
    const { options } = world;
    needSpace(world.base, options.bigBytes * 6, 'the section big');
    const project = await world.project('big');
    for (const round of world.rounds) {
      remove(join(project, '.mlo', 'cache'), join(project, 'big.bin'));
      await writeBigFile(join(project, 'big.bin'), options.bigBytes);
      await run(world.mlo(project, 'add', 'big.bin'));
      await world.withPeer('rclone', round, (program) => rcloneRound(world, program, project, round));
      const repository = await resticFirst(world, project, round);
      await mloRound(world, project, round, repository);
      remove(join(project, '..', 'restic-cache'));
    }
    remove(join(project, '..'));
  },
  rows: ({ options: { bigBytes }, told }) => {
    const size = bigBytes >= 2 ** 30 ? `${bigBytes / 2 ** 30} GiB` : `${bigBytes / 2 ** 20} MiB`;
    return [
      {
        work: `push one file of ${size} of random bytes`,
        of: 'mlo push big',
        against: [
          { with: 'rclone copyto big', name: 'rclone', atMost: 1 },
          { with: 'restic backup big', name: 'restic', atMost: 1 },
        ],
      },
      {
        work: 'pull it into an empty clone, with checkout',
        of: 'mlo pull big',
        against: [
          { with: 'rclone copyto big, back', name: 'rclone', atMost: 1 },
          { with: 'restic restore big', name: 'restic', atMost: 1 },
          { with: WRITTEN_TWICE, name: 'floor without any transfer: written, synced, copied' },
        ],
      },
      {
        work: 'the same with hard links to the cache: written once',
        of: 'mlo pull big, hard link',
        against: [
          { with: 'rclone copyto big, back', name: 'rclone' },
          { with: 'restic restore big', name: 'restic' },
          { with: WRITTEN_ONCE, name: 'floor without any transfer: written, synced' },
        ],
      },
      ...[...memory].map(([work, bytes]): Row => ({
        work: `most memory of that ${work}`,
        measured: formatBytes(bytes),
        targets: [{ text: '≤ 300 MB', reached: bytes <= 300e6 }],
      })),
      ...CHANGES.flatMap((change) => [
        {
          work: `${change}, added, push`,
          of: `mlo push, ${change}`,
          against: [
            { with: `cut, ${change}`, name: 'floor: read, chunk, hash once', atMost: 1.5 },
            { with: `restic backup, ${change}`, name: 'restic' },
          ],
        },
        sentRow(change, told.get(`mlo push, ${change}`)?.bytesSent ?? Number.NaN, bigBytes),
      ]),
    ];
  },
};

function sentRow(change: (typeof CHANGES)[number], bytes: number, bigBytes: number): Row {
  const isAppend = change === 'append 1 %';
  const measured = `${(bytes / 1e6).toFixed(2)} MB, ${((100 * bytes) / bigBytes).toFixed(2)} %`;
  return {
    work: `${change}: bytes sent`,
    measured,
    targets: [{ text: isAppend ? '≤ 2 %' : '≤ 3 MB', reached: bytes <= (isAppend ? 0.02 * bigBytes : 3e6) }],
  };
}

async function rcloneRound({ timings, server }: World, program: string, project: string, round: number): Promise<void> {
  const there = `bench:${server.bucket()}/big.bin`;
  const back = join(project, '..', 'back.bin');
  await timings.time('rclone copyto big', round, rclone(program, server, project, 'copyto', 'big.bin', there));
  await timings.time('rclone copyto big, back', round, rclone(program, server, project, 'copyto', there, back));
  remove(back);
}

type AfterChange = (change: string) => Promise<void>;

/** A first backup and its restoring; returns the backup after a change. The bucket is left to the pushes of mlo, below another prefix. */
async function resticFirst(world: World, project: string, round: number): Promise<AfterChange> {
  const { timings, server } = world;
  const bucket = server.bucket();
  world.pointAt(project, bucket);
  let after: AfterChange = async () => undefined;
  await world.withPeer('restic', round, async (program) => {
    const command = (...args: readonly string[]) => restic(program, server, `${bucket}/restic`, project, ...args);
    const withCache = (...args: readonly string[]) => {
      const made = command(...args);
      return { ...made, env: { ...made.env, RESTIC_CACHE_DIR: join(project, '..', 'restic-cache') } };
    };
    await run(withCache('init'));
    await timings.time('restic backup big', round, withCache('backup', 'big.bin'));
    const restored = join(project, '..', 'restored');
    await timings.time('restic restore big', round, withCache('restore', 'latest', '--target', restored));
    remove(restored);
    after = async (change) => await timings.time(`restic backup, ${change}`, round, withCache('backup', 'big.bin'));
  });
  return after;
}

async function mloRound(world: World, project: string, round: number, afterChange: AfterChange): Promise<void> {
  const { timings } = world;
  const file = join(project, 'big.bin');
  const timed = async (name: string, cwd: string, verb: string): Promise<void> => {
    await timings.ready(cwd);
    const { ms, bytes } = await runMeasuringUse(world.mlo(cwd, verb));
    timings.keep(name, round, ms);
    memory.set(verb, Math.max(bytes, memory.get(verb) ?? 0));
  };
  await timed('mlo push big', project, 'push');
  const clone = await world.clone(project);
  await timed('mlo pull big', clone, 'pull');
  await world.clone(project);
  const { env, ...command } = world.mlo(clone, 'pull');
  await timings.time('mlo pull big, hard link', round, { ...command, env: { ...env, ...HARDLINKS } });
  remove(clone);
  await diskFloor(world, file, round);
  for (const change of CHANGES) {
    if (change === 'append 1 %') appendFileSync(file, randomBytes(Math.round(world.options.bigBytes / 100)));
    else insertInTheMiddle(file);
    await run(world.mlo(project, 'add', 'big.bin'));
    await world.timeMlo(`mlo push, ${change}`, round, project, 'push');
    await timings.time(`cut, ${change}`, round, { argv: [process.execPath, join(import.meta.dirname, '..', 'cut-floor.ts'), file] });
    await afterChange(change);
  }
}

/** What a pull has the disk do: the file is written and made durable, and where workspace and cache do not share it, copied. */
async function diskFloor({ timings, base }: World, file: string, round: number): Promise<void> {
  const [object, copy] = [join(base, 'object.bin'), join(base, 'copy.bin')];
  const write = `dd if='${file}' of='${object}' bs=256k conv=fsync status=none`;
  for (const [name, script] of [
    [WRITTEN_ONCE, write],
    [WRITTEN_TWICE, `${write} && cp '${object}' '${copy}'`],
  ] as const) {
    await timings.time(name, round, { argv: ['sh', '-c', script] });
    remove(object, copy);
  }
}

/** The second half moves back by a million bytes, piece by piece from its end. */
function insertInTheMiddle(path: string): void {
  const file = openSync(path, 'r+');
  const piece = Buffer.alloc(PIECE);
  let end = 0;
  for (let read; (read = readSync(file, piece, 0, PIECE, end)) > 0;) end += read;
  const middle = Math.floor(end / 2);
  for (let to = end; to > middle;) {
    const from = Math.max(middle, to - PIECE);
    const read = readSync(file, piece, 0, to - from, from);
    writeSync(file, piece, 0, read, from + INSERTED);
    to = from;
  }
  writeSync(file, randomBytes(INSERTED), 0, INSERTED, middle);
  closeSync(file);
}
