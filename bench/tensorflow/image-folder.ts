import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, type Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { loadSharp } from '../../src/fs/load-sharp.ts';
import { createRng, seededRandom } from '../../src/core/random/seeded-random.ts';
import { range } from '../tracking/figures.ts';
import type { TensorFlowWorld } from './world.ts';

interface Pass {
  readonly ms: number;
  readonly images: number;
  readonly cpuMs: number;
  /** Peak of the process. */
  readonly bytes: number;
}

const SIZE = 100;
const CLASSES = 10;

/** The same work: batches of 32 as 32-bit floats from 0 to 1. */
const PILLOW = `
import json, os, resource, sys, time, numpy as np
from PIL import Image
files = [os.path.join(d, f) for d, _, names in os.walk(sys.argv[1]) for f in sorted(names)]
def read(files):
    for first in range(0, len(files), 32):
        part = files[first:first + 32]
        out = np.empty((len(part), ${SIZE}, ${SIZE}, 3), np.float32)
        for k, f in enumerate(part):
            with Image.open(f) as image: out[k] = np.asarray(image.convert('RGB'), np.float32) / 255
read(files[:200])
start, cpu = time.perf_counter(), time.process_time()
read(files)
print(json.dumps({'ms': (time.perf_counter() - start) * 1000, 'images': len(files), 'cpuMs': (time.process_time() - cpu) * 1000, 'bytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
`;

export async function imageFolderRows(world: TensorFlowWorld): Promise<readonly Row[]> {
  const count = Math.round(10_000 * world.scale);
  const small = await makeJpegs(world.folder('jpegs'), count);
  const many = linkTimes(small, world.folder('many'), 5);
  const large = await makePhotos(world.folder('photos'), Math.max(8, Math.round(200 * world.scale)));
  const passes: { [name in 'one' | 'two' | 'floor' | 'pillow']: Pass[] } = { one: [], two: [], floor: [], pillow: [] };
  for (let round = 0; round < world.rounds; round += 1) {
    passes.one.push(ownPass(small, SIZE, 1));
    passes.two.push(ownPass(small, SIZE, 2));
    passes.floor.push(ownPass(small, SIZE, 1, 'floor'));
    if (world.peers.pillow !== undefined) passes.pillow.push(pillowPass(world.peers.pillow, small));
  }
  const memory = [ownPass(many, SIZE, 2), ownPass(large, 224, 2)].map(({ bytes }) => bytes);
  const ofPillow = ratio(passes.pillow, passes.one, 'ms');
  const lanes = ratio(passes.one, passes.two, 'ms');
  return [
    {
      work: `${count.toLocaleString('en')} JPEGs 100x100 → batches of 32 as floats, one lane`,
      measured: passText(passes.one),
      compared: [
        ...(passes.pillow.length === 0
          ? []
          : [
              `Pillow and NumPy, one thread ${passText(passes.pillow)}: ${times(ofPillow)} its speed, ${times(ratio(passes.pillow, passes.one, 'cpuMs'))} by CPU time`,
            ]),
        `floor: sharp alone decodes ${passText(passes.floor)}`,
      ],
      targets: [{ text: '≥ 0.5x the speed of Pillow', reached: passes.pillow.length === 0 ? undefined : ofPillow >= 0.5 }],
    },
    {
      work: 'the same, two lanes',
      measured: passText(passes.two),
      compared: [`one lane: ${times(lanes)} its speed`],
      targets: [{ text: '≥ 1.6x one lane', reached: lanes >= 1.6 }],
    },
    {
      work: `peak memory: ${(count * 5).toLocaleString('en')} JPEGs 100x100; photos of 12 megapixels to 224x224; two lanes`,
      measured: memory.map(formatBytes).join('; '),
      targets: [{ text: '≤ 400 MB', reached: memory.every((bytes) => bytes <= 400e6) }],
    },
  ];
}

function ownPass(folder: string, size: number, lanes: number, ...more: readonly string[]): Pass {
  const script = join(import.meta.dirname, 'image-pass.ts');
  return JSON.parse(execFileSync(process.execPath, [script, folder, String(size), String(lanes), ...more], { encoding: 'utf8' })) as Pass;
}

function pillowPass(python: string, folder: string): Pass {
  return JSON.parse(execFileSync(python, ['-c', PILLOW, folder], { encoding: 'utf8' })) as Pass;
}

/** Median, over the rounds, of the one's figure by the other's. */
function ratio(a: readonly Pass[], b: readonly Pass[], of: 'ms' | 'cpuMs'): number {
  return median(a.map((pass, round) => pass[of] / (b[round]?.[of] ?? Number.NaN)));
}

function passText(passes: readonly Pass[]): string {
  const each = median(passes.map(({ ms, images }) => (ms / images) * 1000));
  return `${range(passes.map(({ ms }) => ms))}, ${each.toFixed(0)} µs each`;
}

function times(factor: number): string {
  return `${factor.toFixed(2)}x`;
}

/** Soft patches of colour, as photographs have: about 2.6 KB each. */
async function makeJpegs(folder: string, count: number): Promise<string> {
  const sharp = await loadSharp();
  const { integer } = createRng(seededRandom(7));
  for (let number = 0; number < CLASSES; number += 1) mkdirSync(join(folder, `class-${number}`));
  for (let number = 0; number < count; number += 1) {
    const patches = Uint8Array.from({ length: 8 * 8 * 3 }, () => integer(256));
    const image = sharp(patches, { raw: { width: 8, height: 8, channels: 3 } }).resize(SIZE, SIZE, { kernel: 'cubic' });
    writeFileSync(join(folder, `class-${number % CLASSES}`, `${number}.jpg`), await image.jpeg({ quality: 85 }).toBuffer());
  }
  return folder;
}

async function makePhotos(folder: string, count: number): Promise<string> {
  const sharp = await loadSharp();
  const [first, ...rest] = Array.from({ length: count }, (_, number) => join(folder, 'photos', `${number}.jpg`));
  mkdirSync(join(folder, 'photos'));
  const patches = Uint8Array.from({ length: 32 * 24 * 3 }, (_, at) => (at * 37) % 256);
  await sharp(patches, { raw: { width: 32, height: 24, channels: 3 } })
    .resize(4000, 3000)
    .jpeg({ progressive: true })
    .toFile(first as string);
  for (const path of rest) linkOrCopy(first as string, path);
  return folder;
}

/** A folder of so many times the pictures, which need no more disk. */
function linkTimes(from: string, folder: string, factor: number): string {
  for (const name of readdirSync(from)) {
    mkdirSync(join(folder, name));
    for (const file of readdirSync(join(from, name))) {
      for (let copy = 0; copy < factor; copy += 1) linkOrCopy(join(from, name, file), join(folder, name, `${copy}-${file}`));
    }
  }
  return folder;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
