import type { Command } from './process.ts';

/** Lists the names once and keeps them, so that what is timed is the work on known names. */
const NAMES = `
import { readdirSync } from 'node:fs';
const folder = process.argv[1];
const folders = readdirSync(folder);
const names = folders.flatMap((name) => readdirSync(folder + '/' + name).map((file) => folder + '/' + name + '/' + file));
`;

/** What the machine can do with plain Node and one thread, without any of mlo's promises. */
const FLOORS = {
  /** [from, to]: a durable copy. */
  copy: `
import { closeSync, copyFileSync, fsyncSync, openSync } from 'node:fs';
const [from, to] = process.argv.slice(1);
copyFileSync(from, to);
const file = openSync(to, 'r+');
fsyncSync(file);
closeSync(file);
`,
  /** [file]: its digest. */
  hash: `
import { closeSync, openSync, readSync } from 'node:fs';
import { Blake3Hasher } from '@napi-rs/blake-hash';
const file = openSync(process.argv[1], 'r');
const buffer = Buffer.allocUnsafeSlow(4 * 1024 * 1024);
const hasher = new Blake3Hasher();
for (let read; (read = readSync(file, buffer)) > 0; ) hasher.update(buffer.subarray(0, read));
closeSync(file);
process.exitCode = hasher.digest('hex').length === 64 ? 0 : 1;
`,
  /** [folder]: what a look at every file costs. */
  lstat: `${NAMES}
import { lstatSync } from 'node:fs';
let bytes = 0;
for (const name of names) bytes += lstatSync(name).size;
process.exitCode = bytes > 0 ? 0 : 1;
`,
  /** [folder, pack]: every file read, hashed and appended to one file, which is durable in the end. */
  pack: `${NAMES}
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
const pack = openSync(process.argv[2], 'w');
let waiting = [];
let length = 0;
for (const name of names) {
  const bytes = readFileSync(name);
  waiting.push(blake3(bytes), bytes);
  length += bytes.length;
  if (length < 4 * 1024 * 1024) continue;
  writeSync(pack, Buffer.concat(waiting));
  waiting = [];
  length = 0;
}
writeSync(pack, Buffer.concat(waiting));
fsyncSync(pack);
closeSync(pack);
`,
  /** [folder, to]: as many files of 512 bytes created in folders of the same names; nothing is durable. */
  create: `${NAMES}
import { mkdirSync, writeFileSync } from 'node:fs';
const bytes = Buffer.alloc(512, 7);
for (const name of folders) mkdirSync(process.argv[2] + '/' + name, { recursive: true });
for (const name of names) writeFileSync(process.argv[2] + name.slice(folder.length), bytes);
`,
} as const;

/** A whole process, like everything else; started where the packages are found. */
export function floorCommand(floor: keyof typeof FLOORS, ...args: readonly string[]): Command {
  return { argv: [process.execPath, '--input-type=module', '-e', FLOORS[floor], ...args], cwd: import.meta.dirname };
}
