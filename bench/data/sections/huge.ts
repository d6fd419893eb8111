import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeBigFile, writeTree } from '../files.ts';
import { runMeasuringMemory } from '../process.ts';
import { formatBytes, formatMs, type Row } from '../rows.ts';
import { needSpace, remove } from '../workplace.ts';
import type { Section, World } from '../world.ts';

interface Measured {
  readonly ms: number;
  readonly bytes: number;
}

const BIG_BYTES = 10 * 2 ** 30;
const BIG_MEMORY = 300e6;
const MANY_MEMORY = 1.2e9;
const MANY_BYTES = 1024;
/** How much more a file may cost in the largest folder than in the best of the smaller ones, for the time to be called linear. */
const LINEAR = 1.5;

/** A file that fits into no memory: time and peak memory of add and verify. */
export const hugeFileSection: Section = {
  huge: true,
  async measure(world) {
    const bytes = world.options.quick ? 2 ** 30 : BIG_BYTES;
    needSpace(world.base, bytes * 2.2, 'the section huge-file');
    const project = join(world.base, 'huge');
    world.forget(project);
    await writeBigFile(join(project, 'big.bin'), bytes);
    const size = `${bytes / 2 ** 30} GiB`;
    for (const [verb, args] of [
      ['add', ['add', 'big.bin']],
      ['verify', ['verify']],
    ] as const) {
      if (!world.hasVerb(verb)) continue;
      const { ms, bytes: memory } = await measure(world, project, args);
      const measured = `${formatMs(ms)} (${(bytes / 1e6 / ms).toFixed(2)} GB/s), ${formatBytes(memory)} of memory`;
      world.add({ work: `one file of ${size}: ${verb}`, measured, targets: [memoryTarget(memory, BIG_MEMORY)] });
    }
    remove(project);
  },
};

/** Folders of files of 1 KiB, each ten times larger: memory, and whether time grows with the number of files only. */
export const millionSection: Section = {
  huge: true,
  async measure(world) {
    const sizes = world.options.quick ? [1000, 10_000] : [10_000, 100_000, 1_000_000];
    const largest = sizes.at(-1) ?? 0;
    needSpace(world.base, largest * 8192, 'the section million');
    const found: { readonly files: number; readonly add: Measured; readonly status: Measured }[] = [];
    for (const files of sizes) {
      const project = join(world.base, `many-${files}`);
      mkdirSync(join(project, '.mlo'), { recursive: true });
      process.stderr.write(`  writing ${files} files\n`);
      await writeTree(join(project, 'data'), { files, folders: Math.max(10, files / 1000), bytes: MANY_BYTES });
      const add = await measure(world, project, ['add', 'data']);
      await measure(world, project, ['status']);
      found.push({ files, add, status: await measure(world, project, ['status']) });
      remove(project);
    }
    for (const verb of ['add', 'status'] as const) {
      const each = found.map((at) => (at[verb].ms * 1000) / at.files);
      const last = found.at(-1)?.[verb] ?? { ms: Number.NaN, bytes: Number.NaN };
      world.add({
        work: `${largest.toLocaleString('en')} files of 1 KiB: ${verb}`,
        measured: `${formatMs(last.ms)}, ${formatBytes(last.bytes)} of memory`,
        compared: found.map(({ files }, index) => `${files.toLocaleString('en')} files: ${(each[index] ?? 0).toFixed(1)} µs a file`),
        targets: [
          memoryTarget(last.bytes, MANY_MEMORY),
          {
            text: `linear: a file costs ≤ ${LINEAR}x of that in a smaller folder`,
            reached: (each.at(-1) ?? Number.NaN) <= LINEAR * Math.min(...each.slice(0, -1)),
          },
        ],
      });
    }
  },
};

async function measure(world: World, project: string, args: readonly string[]): Promise<Measured> {
  await world.timings.ready(project);
  const measured = await runMeasuringMemory(world.mlo(project, args));
  process.stderr.write(`  mlo ${args.join(' ')}: ${formatMs(measured.ms)}, ${formatBytes(measured.bytes)}\n`);
  return measured;
}

function memoryTarget(bytes: number, most: number): NonNullable<Row['targets']>[number] {
  return { text: `≤ ${formatBytes(most)} of memory`, reached: bytes <= most };
}
