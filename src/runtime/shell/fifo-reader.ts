import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';

const IDLE_TICK_MS = 25;
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
  /**
   * To be called when the command is over. Waits for the end, but not for a process that keeps the writing end open: gives up once nothing
   * has arrived for `idleMs`, or after `limitMs` whatever arrives. True: the FIFO is clean and may be used again.
   */
  drain(idleMs: number, limitMs: number): Promise<boolean>;
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

  async function drain(idleMs: number, limitMs: number): Promise<boolean> {
    clearTimeout(attaching);
    if (socket === undefined && !closed && readToEnd(descriptor, onData)) return true;
    flow();
    const limit = performance.now() + limitMs;
    let idleTicks = 0;
    let seen = chunks;
    let open = true;
    void ended.then(() => (open = false));
    // Ticks, not one timer: after a long block of the event loop a timer fires before the reads do.
    while (open && idleTicks * IDLE_TICK_MS < idleMs && performance.now() < limit) {
      await Promise.race([ended, tick()]);
      idleTicks = chunks === seen ? idleTicks + 1 : 0;
      seen = chunks;
    }
    return !open;
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

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, IDLE_TICK_MS));
}

function openReadEnd(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
