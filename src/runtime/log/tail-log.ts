import { open, type FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
/** Asked by a timer: file system events are unreliable on network file systems and not worth it here. */
const POLL_MS = 100;

export interface TailOptions {
  /** Goes on with what is appended until `signal` is aborted; also waits for a file that is not there yet. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/**
 * Hands on a log from its beginning, in bounded memory. After `signal` has been aborted what is in
 * the file by then is still handed on, so that the caller can abort when the stage has ended.
 * A missing file is an empty one: a stage that prints nothing has no log.
 */
export async function tailLog(path: string, { follow, signal, onText }: TailOptions): Promise<void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let offset = 0;
  for (let isLast = false; !isLast;) {
    isLast = !follow || signal.aborted;
    offset = await readFrom(path, offset, (bytes) => emit(decoder.decode(bytes, { stream: true })));
    if (!isLast) await pause(signal);
  }
  emit(decoder.decode());

  function emit(text: string): void {
    if (text !== '') onText(text);
  }
}

/** Gives the offset that was reached. */
async function readFrom(path: string, start: number, onBytes: (bytes: Uint8Array) => void): Promise<number> {
  const file = await openIfThere(path);
  if (file === undefined) return start;
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let offset = start;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return offset;
      offset += bytesRead;
      onBytes(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, POLL_MS);
    signal.addEventListener('abort', wake);
  });
}
