/**
 * Entry point of the spawn helper: a small process that spawns commands for mlo, because the price
 * of a fork grows with the memory of the process that forks (measured: 1.5 ms at 50 MB, 16 ms at
 * 500 MB). It imports next to nothing on purpose.
 *
 * It ends when mlo does, however mlo ends: the socket closes, and every process group that it
 * started is killed, so that no command of a dead mlo goes on writing outs.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMessage, HELPER_SOCKET, messageReader, type FromHelper, type RunMessage, type ToHelper } from './spawn-protocol.ts';
import { childrenCpu } from './children-cpu.ts';
import { signalGroup } from './process-group.ts';

const FIFO_BATCH = 16;

const socket = new Socket({ fd: HELPER_SOCKET, readable: true, writable: true });
/** Leaders that run, and leaders that ended before their group did. */
const groups = new Set<number>();
const children = childrenCpu();
let baseEnv: { readonly [name: string]: string } = {};
const fifoFolders: string[] = [];
/** Groups whose leader has ended. */
let leftBehind: number[] = [];

socket.setEncoding('utf8');
socket.on('data', messageReader<ToHelper>(receive));
socket.on('error', endEverything);
// Before the socket closes on this side too, which tells mlo that all is cleaned up.
socket.on('end', endEverything);
socket.on('close', endEverything);

makeFifos();

function receive(message: ToHelper): void {
  if (message.type === 'run') start(message);
  else if (message.type === 'base') baseEnv = message.env;
  else makeFifos();
}

function send(message: FromHelper): void {
  if (socket.writable) socket.write(encodeMessage(message));
}

function start(message: RunMessage): void {
  const { id } = message;
  try {
    const child = spawnCommand(message);
    child.once('error', (error) => sendError(id, error));
    if (child.pid !== undefined) follow(id, child.pid, child);
  } catch (error) {
    sendError(id, error as Error);
  }
}

function spawnCommand({ file, args, cwd, set, unset, fifo }: RunMessage): ChildProcess {
  const env: Record<string, string> = { ...baseEnv, ...set };
  for (const name of unset) delete env[name];
  const output = openWriteEnd(fifo);
  try {
    return spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  } finally {
    closeSync(output);
  }
}

function sendError(id: number, error: NodeJS.ErrnoException): void {
  send({ type: 'error', id, errno: error.code ?? 'UNKNOWN', message: error.message });
}

function follow(id: number, pid: number, child: ChildProcess): void {
  groups.add(pid);
  send({ type: 'start', id, pid });
  child.once('exit', (code, signal) => {
    const survivors = signalGroup(pid, 0);
    const cpuMs = children.since();
    send({ type: 'exit', id, code, signal, survivors, ...(cpuMs === undefined ? {} : { cpuMs }) });
    forgetEndedGroups(pid, survivors);
  });
}

/** Opening a FIFO for writing waits for a reader; ours is there first, so it cannot wait for ever. */
function openWriteEnd(fifo: string): number {
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return openSync(fifo, constants.O_WRONLY);
  } finally {
    closeSync(reader);
  }
}

/** Group numbers are reused by the system, so a number must not stay here longer than its group lives. */
function forgetEndedGroups(pid: number, survivors: boolean): void {
  if (!survivors) groups.delete(pid);
  leftBehind = leftBehind.filter((group) => signalGroup(group, 0) || !groups.delete(group));
  if (survivors) leftBehind.push(pid);
}

function makeFifos(): void {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'mlo-'));
    fifoFolders.push(folder);
    const paths = Array.from({ length: FIFO_BATCH }, (_, index) => join(folder, String(index)));
    const made = spawnSync('mkfifo', ['-m', '600', ...paths], { encoding: 'utf8' });
    if (made.error !== undefined) throw made.error;
    if (made.status !== 0) throw new Error(made.stderr.trim());
    send({ type: 'fifos', paths });
  } catch (error) {
    send({ type: 'no-fifos', message: (error as Error).message });
  }
}

function endEverything(): void {
  for (const group of groups) signalGroup(group, 'SIGKILL');
  groups.clear();
  for (const folder of fifoFolders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
