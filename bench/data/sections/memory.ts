import { cpSync, mkdirSync, openSync, closeSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { changeFiles, writeBigFile, writeTree, type TreeShape } from '../files.ts';
import { run, runMeasuringUse } from '../process.ts';
import { formatBytes, type Row } from '../rows.ts';
import { needSpace, remove } from '../workplace.ts';
import type { Section, World } from '../world.ts';

const MANY_MEMORY = 1.2e9;
const BIG_MEMORY = 300e6;
const PIPELINE = 'stages:\n  read:\n    cmd: echo done > out\n    deps:\n      - data\n    outs:\n      - out\n';

/** One kind of data, tracked under the name `data`. */
interface Data {
  readonly text: string;
  readonly most: number;
  /** A file of it, for people who want one. */
  readonly one: string;
  readonly write: (path: string) => Promise<void>;
  readonly changeOne: (path: string) => void;
  readonly changeAll: (path: string) => void;
}

/** What is made ready before a verb is not measured. */
interface Step {
  readonly verb: string;
  readonly args: (data: Data) => readonly string[];
  /** In the clone of the project, not in the project itself. */
  readonly inClone?: boolean;
  readonly before?: (place: Place) => void | Promise<void>;
}

interface Place {
  readonly data: Data;
  readonly project: string;
  readonly clone: string;
  readonly git: (folder: string, ...args: readonly string[]) => Promise<unknown>;
}

/** In this order: each leaves the project as the next one needs it. What the disk must hold at a time: three copies of the data. */
const STEPS: readonly Step[] = [
  step('add', 'add', 'data'),
  step('add, nothing changed', 'add', 'data'),
  step('status', 'status'),
  {
    ...step('status --granular, one file changed', 'status', '--granular'),
    before: async ({ data, project, git }) => {
      await git(project, 'add', '.gitignore', 'data.mlo');
      await git(project, 'commit', '-q', '-m', 'first');
      data.changeOne(join(project, 'data'));
    },
  },
  step('diff, one file changed', 'diff'),
  step('checkout of one change', 'checkout', '--force', 'data'),
  { ...step('repro', 'repro'), before: ({ project }) => writeFileSync(join(project, 'pipeline.yaml'), PIPELINE) },
  step('repro, nothing to do', 'repro'),
  {
    verb: 'ls -R --size',
    args: () => ['ls', '-R', '--size', 'data'],
    before: ({ project }) => remove(join(project, 'pipeline.yaml'), join(project, 'pipeline.lock')),
  },
  step('ls -R --json', 'ls', '-R', '--json', 'data'),
  step('du', 'du'),
  { verb: 'cat', args: ({ one }) => ['cat', one] },
  step('verify', 'verify'),
  step('verify --quick', 'verify', '--quick'),
  { ...step('status, everything changed', 'status'), before: ({ data, project }) => data.changeAll(join(project, 'data')) },
  step('status --granular, everything changed', 'status', '--granular'),
  step('diff, everything changed', 'diff'),
  step('commit, everything changed', 'commit'),
  { ...step('checkout of another version', 'checkout', '--rev', 'HEAD', 'data') },
  { ...step('gc', 'gc'), before: async ({ project, git }) => void (await git(project, 'checkout', '-q', 'data.mlo')) },
  step('gc --force', 'gc', '--force'),
  { ...step('checkout (copy) into an empty folder', 'checkout'), before: ({ project }) => remove(join(project, 'data')) },
  { ...step('push', 'push'), before: ({ project }) => remove(join(project, 'data')) },
  step('push, nothing new', 'push'),
  step('status --remote', 'status', '--remote'),
  {
    ...step('fetch', 'fetch'),
    inClone: true,
    before: async ({ project, clone, git }) => {
      remove(join(project, '.mlo', 'cache'));
      await git(project, 'clone', '-q', project, clone);
      cpSync(join(project, '.mlo', 'config.yaml'), join(clone, '.mlo', 'config.yaml'));
    },
  },
  { ...step('pull into an empty clone', 'pull'), inClone: true, before: ({ clone }) => remove(join(clone, '.mlo', 'cache')) },
  { ...step('mv', 'mv', 'data', 'moved'), inClone: true },
  { ...step('remove --data', 'remove', '--data', 'moved'), inClone: true },
];

/** Peak memory of each verb with a million files and with one file of 10 GiB. */
export const memorySection: Section = {
  huge: true,
  async measure(world) {
    const { quick } = world.options;
    const many = manyFiles(quick ? 10_000 : 1_000_000);
    const big = bigFile(quick ? 2 ** 28 : 10 * 2 ** 30);
    const found = [];
    for (const [data, bytes] of [
      [many, (quick ? 10_000 : 1_000_000) * 8192 * 3],
      [big, (quick ? 2 ** 28 : 10 * 2 ** 30) * 3.2],
    ] as const) {
      needSpace(world.base, bytes, `the section memory (${data.text})`);
      found.push(await measureAll(world, data));
    }
    const [first, second] = found;
    for (const { verb } of STEPS) {
      const row = rowOf(verb, [
        [many, first?.get(verb)],
        [big, second?.get(verb)],
      ]);
      if (row !== undefined) world.add(row);
    }
  },
};

function step(verb: string, ...args: readonly string[]): Step {
  return { verb, args: () => args };
}

/** Bytes by verb. A verb that fails is left out, with a note; the others go on. */
async function measureAll(world: World, data: Data): Promise<ReadonlyMap<string, number>> {
  const [project, clone, store] = ['project', 'clone', 'store'].map((name) => join(world.base, 'memory', name)) as [string, string, string];
  const git = async (folder: string, ...args: readonly string[]): Promise<unknown> =>
    await run({ argv: ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], cwd: folder });
  mkdirSync(join(project, '.mlo'), { recursive: true });
  process.stderr.write(`  writing ${data.text}\n`);
  await data.write(join(project, 'data'));
  await git(project, 'init', '-q');
  await run(world.mlo(project, ['remote', 'add', '-d', 'store', store]));
  await run(world.mlo(project, ['config', 'set', 'gc.grace', '0s']));
  const found = new Map<string, number>();
  for (const { verb, args, inClone = false, before } of STEPS) {
    try {
      await before?.({ data, project, clone, git });
      const { bytes } = await runMeasuringUse(world.mlo(inClone ? clone : project, args(data)));
      process.stderr.write(`  ${data.text}, ${verb}: ${formatBytes(bytes)}\n`);
      found.set(verb, bytes);
    } catch (error) {
      world.fails(`${verb} (${data.text})`, error);
    }
  }
  remove(join(world.base, 'memory'));
  return found;
}

function rowOf(verb: string, measured: readonly (readonly [Data, number | undefined])[]): Row | undefined {
  const known = measured.flatMap(([data, bytes]) => (bytes === undefined ? [] : [{ data, bytes }]));
  if (known.length === 0) return undefined;
  return {
    work: verb,
    measured: known.map(({ data, bytes }) => `${data.text}: ${formatBytes(bytes)}`).join('<br>'),
    targets: known.map(({ data, bytes }) => ({ text: `≤ ${formatBytes(data.most)}`, reached: bytes <= data.most })),
  };
}

function manyFiles(files: number): Data {
  const shape: TreeShape = { files, folders: Math.max(10, files / 1000), bytes: 1024 };
  return {
    text: `${files.toLocaleString('en')} files`,
    most: MANY_MEMORY,
    one: 'data/d007/f00000007.bin',
    write: async (path) => await writeTree(path, shape),
    changeOne: (path) => changeFiles(path, [7], shape, 'one'),
    changeAll: (path) =>
      changeFiles(
        path,
        Array.from({ length: files }, (_, index) => index),
        shape,
        'all',
      ),
  };
}

function bigFile(bytes: number): Data {
  const overwrite = (path: string, at: number, text: string): void => {
    const file = openSync(path, 'r+');
    writeSync(file, text, at);
    closeSync(file);
  };
  return {
    text: `${bytes / 2 ** 30} GiB`,
    most: BIG_MEMORY,
    one: 'data',
    write: async (path) => await writeBigFile(path, bytes),
    changeOne: (path) => overwrite(path, bytes / 2, 'changed'),
    changeAll: (path) => {
      for (let at = 0; at < bytes; at += 2 ** 16) overwrite(path, at, 'changed again');
    },
  };
}
