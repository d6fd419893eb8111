import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, measureTogether, summary, type Measured } from './lib/measure.ts';
import { temporaryFolder, writeChainProject, writeMatrixProject } from './lib/projects.ts';
import type { Row } from './lib/table.ts';

const ROOT = join(import.meta.dirname, '..');
const MLO = [process.execPath, join(ROOT, 'bin', 'mlo.js')];
const ROUNDS = 3;

/** Speeds of the pipeline engine: rows in the order of docs/performance.md. */
export function engineRows(): readonly Row[] {
  return [...matrixRows(), ...spawnRows(), ...chainRows(), ...startRows(), ...irisRows()];
}

function matrixRows(): readonly Row[] {
  const folder = temporaryFolder('matrix');
  writeMatrixProject(folder);
  const clean = (): void => {
    for (const name of readdirSync(folder)) if (name !== 'pipeline.yaml') rmSync(join(folder, name), { recursive: true });
    writeMatrixProject(folder);
  };
  const spawns = join(folder, '..', `${folder.split('/').at(-1)}-spawns.mjs`);
  writeFileSync(spawns, SPAWN_343);
  process.once('exit', () => rmSync(spawns, { force: true }));
  const first = measureTogether(
    {
      floor: { argv: [process.execPath, spawns, folder], before: clean },
      one: { argv: [...MLO, 'repro', '-j', '1'], cwd: folder, before: clean },
      two: { argv: [...MLO, 'repro', '-j', '2'], cwd: folder, before: clean },
    },
    ROUNDS,
  );
  const again = measureTogether(
    { repro: { argv: [...MLO, 'repro'], cwd: folder }, status: { argv: [...MLO, 'status'], cwd: folder } },
    ROUNDS * 2,
  );
  const floor = { name: '343 spawns of /bin/sh from a bare node', measured: first.floor };
  return [
    { work: '343 `matrix` stages `echo … > out`, first run, `-j 1`', measured: first.one, floor, target: { ms: 1300 } },
    { work: 'the same, `-j 2`', measured: first.two, floor, target: { ms: 900 } },
    { work: 'the same, no-op `repro`', measured: again.repro, target: { ms: 250 } },
    { work: 'the same, `status`', measured: again.status, target: { ms: 250 } },
    ...dvcRows(),
  ];
}

/** The price of a fork grows with the memory of the process that forks, which is why a helper does it. */
function spawnRows(): readonly Row[] {
  const times: { [name: string]: number[] } = { small: [], large: [], direct: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times['small']?.push(...spawnTimes(100, 'helper'));
    times['large']?.push(...spawnTimes(500, 'helper'));
    times['direct']?.push(...spawnTimes(500, 'direct'));
  }
  const measured = (name: string): Measured => summary(times[name] ?? []);
  const floor = { name: 'the same at 100 MB', measured: measured('small') };
  return [
    { work: '`/bin/sh -c true` through the helper, mlo at 500 MB', measured: measured('large'), floor, target: { ms: 3 } },
    { work: 'peer: the same, spawned by mlo itself', measured: measured('direct') },
  ];
}

function spawnTimes(megabytes: number, how: 'helper' | 'direct'): readonly number[] {
  const script = join(import.meta.dirname, 'lib', 'spawn-cost.ts');
  return JSON.parse(execFileSync(process.execPath, [script, String(megabytes), how], { encoding: 'utf8' })) as number[];
}

/** DVC itself, where it is installed: `MLO_BENCH_DVC=/path/to/dvc npm run bench`. */
function dvcRows(): readonly Row[] {
  const dvc = process.env['MLO_BENCH_DVC'];
  if (dvc === undefined) return [];
  const folder = temporaryFolder('dvc');
  const env = { ...process.env, DVC_NO_ANALYTICS: '1' };
  const reset = (): void => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    writeMatrixProject(folder);
    rmSync(join(folder, '.mlo'), { recursive: true });
    cpSync(join(folder, 'pipeline.yaml'), join(folder, 'dvc.yaml'));
    rmSync(join(folder, 'pipeline.yaml'));
    measure({ argv: [dvc, 'init', '--no-scm', '-q'], cwd: folder, env }, 0);
  };
  reset();
  const first = measure({ argv: [dvc, 'repro', '-q'], cwd: folder, env, before: reset }, 1);
  const again = measureTogether(
    { repro: { argv: [dvc, 'repro', '-q'], cwd: folder, env }, status: { argv: [dvc, 'status'], cwd: folder, env } },
    1,
  );
  return [
    { work: 'peer: DVC, the same 343 stages, first run', measured: first },
    { work: 'peer: DVC, no-op `repro`', measured: again.repro },
    { work: 'peer: DVC, `status`', measured: again.status },
  ];
}

function chainRows(): readonly Row[] {
  const rows: Row[] = [];
  for (const count of [1500, 3000]) {
    const folder = temporaryFolder('chain');
    writeChainProject(folder, count);
    const yaml = `import { readFileSync } from 'node:fs'; import { parse } from 'yaml'; parse(readFileSync(process.argv[1], 'utf8'))`;
    const dry = { argv: [...MLO, 'repro', '--dry'], cwd: folder };
    const measured = measureTogether(
      {
        yaml: { argv: [process.execPath, '--input-type=module', '-e', yaml, join(folder, 'pipeline.yaml')], cwd: ROOT },
        first: { ...dry, before: () => rmSync(join(folder, '.mlo', 'state'), { recursive: true, force: true }) },
      },
      ROUNDS,
    );
    const parsed = measure(dry, ROUNDS);
    rows.push(
      {
        work: `${count} chained stages, \`repro --dry\`, first`,
        measured: measured.first,
        floor: { name: '`yaml` alone', measured: measured.yaml },
        ...(count === 3000 ? { target: { ms: 1100 } } : {}),
      },
      { work: `${count} chained stages, \`repro --dry\`, from the parsed cache`, measured: parsed, target: { ms: 250 } },
    );
  }
  return rows;
}

function startRows(): readonly Row[] {
  const start = measureTogether({ node: { argv: [process.execPath, '-e', '0'] }, version: { argv: [...MLO, '--version'] } }, ROUNDS * 4);
  return [
    { work: '`mlo --version`', measured: start.version, floor: { name: '`node -e 0`', measured: start.node }, target: { ratio: 1.6 } },
  ];
}

function irisRows(): readonly Row[] {
  const folder = temporaryFolder('iris');
  for (const name of ['pipeline.yaml', 'params.yaml', 'stages', 'data', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter: (path) => !/\/data\/processed/.test(path) });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const clean = (): void => {
    for (const name of ['.mlo', 'pipeline.lock', 'models', 'reports', 'data/processed'])
      rmSync(join(folder, name), { recursive: true, force: true });
  };
  const first = measure({ argv: [...MLO, 'repro'], cwd: folder, before: clean }, ROUNDS);
  const again = measureTogether(
    {
      repro: { argv: [...MLO, 'repro'], cwd: folder },
      status: { argv: [...MLO, 'status'], cwd: folder },
      npx: { argv: ['npx', '--offline', 'mlo', 'status'], cwd: ROOT },
    },
    ROUNDS * 2,
  );
  return [
    { work: 'iris `repro` from nothing', measured: first, target: { ms: 4000 } },
    { work: 'iris `repro`, no-op', measured: again.repro, target: { ms: 150 } },
    { work: '`mlo status` on the iris project', measured: again.status, target: { ms: 120 } },
    { work: '`npx mlo status` (npm’s own start included)', measured: again.npx },
  ];
}

const SPAWN_343 = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
for (let index = 0; index < 343; index += 1) {
  const child = spawn('/bin/sh', ['-c', 'echo ' + index + ' > floor-' + index], { cwd: process.argv[2], stdio: 'ignore' });
  await once(child, 'exit');
}
`;
