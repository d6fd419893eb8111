import { spawnSync } from 'node:child_process';
import { openSync, readSync, writeSync } from 'node:fs';

/**
 * `node fuse-server.ts <folder> <type>`: mounts an empty file system under FUSE there, such as `fuse.sshfs`, and answers the kernel until
 * it is unmounted. Prints `ready` when it is mounted, and ends with 3 where the machine does not allow that.
 * Messages: https://www.kernel.org/doc/html/latest/filesystems/fuse.html, numbers as in linux/fuse.h.
 */
const [folder, type] = process.argv.slice(2) as [string, string];
const HEADER = 40;
const OPCODE = { lookup: 1, forget: 2, getattr: 3, statfs: 17, init: 26, interrupt: 36, destroy: 38, batchForget: 42 };
const ENOENT = 2;
const ENOSYS = 38;
const FOLDER_MODE = 0o040755;

const device = deviceOrNone();
const mounted =
  device !== undefined &&
  spawnSync('mount', ['-i', '-t', type, '-o', 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other', 'nobody@nowhere:', folder], {
    stdio: ['ignore', 'ignore', 'ignore', device],
  }).status === 0;
if (device === undefined || !mounted) process.exit(3);
process.stdout.write('ready\n');

const request = Buffer.alloc(1 << 18);
for (;;) {
  let length: number;
  try {
    length = readSync(device, request);
  } catch {
    // ENODEV: it is unmounted.
    process.exit(0);
  }
  if (length < HEADER) process.exit(0);
  answer(device, request.readUInt32LE(4), request.readBigUInt64LE(8));
}

function deviceOrNone(): number | undefined {
  try {
    return openSync('/dev/fuse', 'r+');
  } catch {
    return undefined;
  }
}

function answer(to: number, opcode: number, unique: bigint): void {
  if ([OPCODE.forget, OPCODE.batchForget, OPCODE.interrupt].includes(opcode)) return;
  if (opcode === OPCODE.init) return reply(to, unique, initialized());
  if (opcode === OPCODE.getattr) return reply(to, unique, attributes());
  if (opcode === OPCODE.statfs) return reply(to, unique, Buffer.alloc(80));
  if (opcode === OPCODE.destroy) return reply(to, unique, Buffer.alloc(0));
  reply(to, unique, Buffer.alloc(0), opcode === OPCODE.lookup ? ENOENT : ENOSYS);
}

function reply(to: number, unique: bigint, body: Buffer, errno = 0): void {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  writeSync(to, Buffer.concat([header, body]));
}

/** Protocol 7.31. */
function initialized(): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(7, 0);
  body.writeUInt32LE(31, 4);
  body.writeUInt32LE(4096, 20);
  return body;
}

/** Of the one folder there is. */
function attributes(): Buffer {
  const body = Buffer.alloc(104);
  body.writeBigUInt64LE(1n, 16);
  body.writeUInt32LE(FOLDER_MODE, 76);
  body.writeUInt32LE(2, 80);
  return body;
}
