import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const page = readFileSync(join(REPOSITORY, 'docs/data-readers.md'), 'utf8');
const blocks = [...page.matchAll(/```(ts|yaml)\n([\s\S]*?)```/g)].map(([, kind = '', text = '']) => ({ kind, text }));
const scripts = blocks.filter(({ kind, text }) => kind === 'ts' && !text.startsWith('// stages/')).map(({ text }) => text);

let project: TestProject;

beforeAll(async () => {
  project = await createProject({
    'pipeline.yaml': blocks.find(({ kind }) => kind === 'yaml')?.text ?? '',
    'stages/train.ts': blocks.find(({ text }) => text.startsWith('// stages/train.ts'))?.text ?? '',
    '.mlo/config.yaml': '',
    'data/labels.gz': gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3)),
    'data/flowers.csv': 'length,width,species\n1.5,2,rose\n2.5,3,tulip\n1,1,rose\n',
  });
  for (const [name, colour] of [
    ['red', '#d01010'],
    ['blue', '#1010d0'],
  ] as const) {
    mkdirSync(project.path('data/pictures', name), { recursive: true });
    const jpeg = await sharp({ create: { width: 20, height: 12, channels: 3, background: colour } })
      .jpeg()
      .toBuffer();
    for (let number = 0; number < 6; number += 1) writeFileSync(project.path('data/pictures', name, `${number}.jpg`), jpeg);
  }
  writeFileSync(project.path('data/pictures/red/broken.jpg'), 'nothing');
  mkdirSync(project.path('node_modules'));
  symlinkSync(REPOSITORY, project.path('node_modules/mlo-cli'));
  symlinkSync(join(REPOSITORY, 'node_modules/@tensorflow'), project.path('node_modules/@tensorflow'));
});

describe('docs/data-readers.md', () => {
  it('has a stage that trains on pictures, declares all that it reads, and says what it left out', async () => {
    const { outcomes } = await repro(project, ['--strict']);
    expect(outcomes).toEqual({ train: 'ran' });
    const { stdout } = await project.mlo(['logs', 'train']);
    expect(stdout).toContain('13 pictures of blue and red, 1 left out');
    expect(stdout).toMatch(/data\/pictures\/red\/broken\.jpg: no picture that can be read: .*; it is left out/);
    expect(stdout).not.toContain('not disposed');
  });

  it('has an example for each of the other readers', () => {
    expect(scripts.map((text) => /import \{ (\w+)/.exec(text)?.[1])).toEqual(['imageFolder', 'readIdx', 'readCsv', 'readNpy']);
  });

  it.each(scripts.map((text, index) => [index, text] as const))('has an example %i that runs', async (index, text) => {
    await project.remove('data/pictures/red/broken.jpg');
    await project.write({ [`example-${index}.mts`]: text });
    const { code, stdout, stderr } = await project.run(process.execPath, [`example-${index}.mts`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: index === 0 ? expect.any(String) : '' });
    expect(stdout).not.toBe('');
  });
});
