// One pass over a folder of class folders, in a process of its own: JSON of milliseconds, pictures, CPU time and peak memory.
// Usage: image-pass.ts <folder> <size> <lanes> [floor]      floor: sharp alone decodes the files, one after the other
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder } from '../../src/data.ts';
import { loadSharp } from '../../src/fs/load-sharp.ts';

const [folder = '', size = '100', lanes = '1', floor] = process.argv.slice(2);
const images = imageFolder(folder, { size: Number(size), parallel: Number(lanes) });
const warm = Array.from({ length: Math.min(200, images.length) }, (_, index) => index);
let checksum = 0;

async function pass(part: typeof images): Promise<void> {
  for await (const batch of part) checksum += batch.images[0] ?? 0;
}

async function bare(paths: readonly string[]): Promise<void> {
  const sharp = await loadSharp();
  for (const path of paths)
    checksum +=
      (
        await sharp(readFileSync(join(folder, path)))
          .raw()
          .toBuffer()
      )[0] ?? 0;
}

await (floor === 'floor' ? bare(images.paths.slice(0, 200)) : pass(images.subset(warm)));
const cpu = process.cpuUsage();
const started = performance.now();
await (floor === 'floor' ? bare(images.paths) : pass(images));
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({ ms, images: images.length, cpuMs: (user + system) / 1000, bytes: process.resourceUsage().maxRSS * 1024, checksum }),
);
