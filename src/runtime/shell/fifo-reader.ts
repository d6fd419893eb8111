import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { drained } from './drain.ts';

/** A command that is over by then is read in one go at its end: a stream costs more than many a command. */
const ATTACH_AFTER_MS = 5;
const PIECE_BYTES = 64 * 1024;
/** More than a FIFO holds, unless its size was raised. */
const MOST_PIECES = 16;

/** The reading end of one command's output. */
export interface FifoReader {
  readonly path: string;
  /** Starts the flow, in a moment; to be called when the command holds the writing end (a FIFO without writer is at its end). */
  attach(): void;
  /** Resolves when no process holds the writing end any more and everything was read, or with the read error. */
  readonly ended: Promise<Error | undefined>;
  /** To be called when the command is over. Waits for the end, but not for a process that keeps the writing end open. True: the FIFO is clean and may be used again. */
  drain(): Promise<boolean>;
  close(): void;
}

/**
 * A FIFO rather than a pipe of Node's: those are sockets, which a command cannot open as /dev/stderr
 * (ENXIO). A log file in its place could be opened so, but `> /dev/stderr` would truncate it.
 * Undefined: there is no such FIFO any more.
 */
export function openFifoReader(path: string, onData: (bytes: Buffer) => void): FifoReader | undefined {
  const readEnd = openReadEnd(path);
  if (readEnd === undefined) return undefined;
  const descriptor = readEnd;
  const { promise: ended, resolve } = Promise.withResolvers<Error | undefined>();
  let socket: Socket | undefined;
  let attaching: NodeJS.Timeout | undefined;
  let chunks = 0;
  let closed = false;

  function attach(): void {
    attaching ??= setTimeout(flow, ATTACH_AFTER_MS);
  }

  function flow(): void {
    if (closed || socket !== undefined) return;
    socket = new Socket({ fd: descriptor, readable: true, writable: false });
    socket.on('data', (bytes: Buffer) => {
      chunks += 1;
      onData(bytes);
    });
    socket.once('end', () => resolve(undefined));
    socket.once('error', resolve);
  }

  async function drain(): Promise<boolean> {
    clearTimeout(attaching);
    if (socket === undefined && !closed && readToEnd(descriptor, onData)) return true;
    flow();
    return await drained(ended, () => chunks);
  }

  function close(): void {
    if (closed) return;
    closed = true;
    clearTimeout(attaching);
    if (socket === undefined) closeSync(descriptor);
    else socket.destroy();
    resolve(undefined);
  }

  return { path, attach, ended, drain, close };
}

/** Where everything that is read at once goes first. */
let scratch: Buffer | undefined;

/**
 * Hands on what lies in the FIFO. False: somebody else holds the writing end (and may go on writing), or it cannot be read;
 * the stream tells which.
 */
function readToEnd(descriptor: number, onData: (bytes: Buffer) => void): boolean {
  scratch ??= Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
    const count = readPiece(descriptor, scratch);
    if (count === 0) return true;
    if (count === undefined) return false;
    onData(Buffer.from(scratch.subarray(0, count)));
  }
  return false;
}

function readPiece(descriptor: number, into: Buffer): number | undefined {
  try {
    return readSync(descriptor, into);
  } catch {
    return undefined;
  }
}

function openReadEnd(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
