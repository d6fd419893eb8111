import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { openFifoReader, type FifoReader } from '../shell/fifo-reader.ts';

/** mlo's side of the FIFOs that children of a thread write to. */
export interface FifoOutput {
  /** Reads the FIFO, whose folder is its own, and removes the name. */
  read(path: string, onBytes: (bytes: Buffer) => void): void;
  /** To be called when the thread has ended: what its children have written until then has been handed on when this resolves. */
  drain(): Promise<void>;
  close(): void;
}

export function openFifoOutput(): FifoOutput {
  const readers: FifoReader[] = [];
  return {
    read: (path, onBytes) => {
      const reader = openFifoReader(path, onBytes);
      rmSync(dirname(path), { recursive: true, force: true });
      if (reader === undefined) return;
      reader.attach();
      readers.push(reader);
    },
    drain: async () => void (await Promise.all(readers.map((reader) => reader.drain()))),
    close: () => readers.forEach((reader) => reader.close()),
  };
}
