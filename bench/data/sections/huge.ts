import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeBigFile, writeTree } from '../files.ts';
import { floorCommand } from '../floors.ts';
import { runMeasuringUse, type Use } from '../process.ts';
import { formatBytes, formatMs, type Row } from '../rows.ts';
import { needSpace, remove } from '../workplace.ts';
import type { Section, World } from '../world.ts';

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
    const found: { readonly files: number; readonly floor: Use; readonly add: Use; readonly status: Use }[] = [];
    for (const files of sizes) {
      const project = join(world.base, `many-${files}`);
      mkdirSync(join(project, '.mlo'), { recursive: true });
      process.stderr.write(`  writing ${files} files\n`);
      await writeTree(join(project, 'data'), { files, folders: Math.max(10, files / 1000), bytes: MANY_BYTES });
      const floor = await measureFloor(world, project);
      const add = await measure(world, project, ['add', 'data']);
      await measure(world, project, ['status']);
      found.push({ files, floor, add, status: await measure(world, project, ['status']) });
      remove(project);
    }
    for (const verb of ['add', 'status'] as const) {
      const each = found.map((at) => (at[verb].ms * 1000) / at.files);
      const floors =
        verb === 'add' ? [`floor, read, hash, append, one thread: ${found.map((at) => perFile(at.floor, at.files)).join('; ')}`] : [];
      const last = found.at(-1)?.[verb] ?? { ms: Number.NaN, bytes: Number.NaN, cpuMs: Number.NaN };
      world.add({
        work: `${largest.toLocaleString('en')} files of 1 KiB: ${verb}`,
        measured: `${formatMs(last.ms)}, ${formatBytes(last.bytes)} of memory`,
        compared: [...found.map((at) => perFile(at[verb], at.files)), ...floors],
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

async function measure(world: World, project: string, args: readonly string[]): Promise<Use> {
  await world.timings.ready(project);
  const measured = await runMeasuringUse(world.mlo(project, args));
  process.stderr.write(`  mlo ${args.join(' ')}: ${formatMs(measured.ms)}, ${formatBytes(measured.bytes)}\n`);
  return measured;
}

/** What the same disk and memory cost who promises nothing: where it is not linear either, it is not mlo that is slow. */
async function measureFloor(world: World, project: string): Promise<Use> {
  const pack = join(project, 'floor.pack');
  const { argv, cwd } = floorCommand('pack', join(project, 'data'), pack);
  await world.timings.ready(project);
  const measured = await runMeasuringUse({ argv, ...(cwd === undefined ? {} : { cwd }) });
  rmSync(pack);
  return measured;
}

/** By the clock, and by processor time: a disk that has to be waited for is seen in the first alone. */
function perFile({ ms, cpuMs }: Use, files: number): string {
  const micros = (time: number): string => ((time * 1000) / files).toFixed(1);
  return `${files.toLocaleString('en')} files: ${micros(ms)} µs a file (${micros(cpuMs)} of processor time)`;
}

function memoryTarget(bytes: number, most: number): NonNullable<Row['targets']>[number] {
  return { text: `≤ ${formatBytes(most)} of memory`, reached: bytes <= most };
}
