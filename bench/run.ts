import { arch, cpus, platform } from 'node:os';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { engineRows } from './engine.ts';
import { formatTable } from './lib/table.ts';

const build = spawnSync(process.execPath, [join(import.meta.dirname, '..', 'bin', 'build.js')], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);
console.log(
  `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(formatTable(engineRows()));
