import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LeNetTimes } from './le-net.ts';
import type { Peers } from './peers.ts';

/** What the sections of the table of TensorFlow share. */
export interface TensorFlowWorld {
  readonly rounds: number;
  /** Of the work: 1, or less where the targets do not apply. */
  readonly scale: number;
  /** A folder in Fashion-MNIST's format. */
  readonly data: string;
  readonly peers: Peers;
  /** A new empty folder on the disk that is measured; gone at the end. */
  folder(name: string): string;
}

export interface LeNetWork {
  readonly backend: string;
  readonly images?: number;
  readonly epochs?: number;
  readonly predictions?: number;
}

/** In a process of its own. */
export async function runLeNet(
  { data }: TensorFlowWorld,
  { backend, images = 720, epochs = 0, predictions = 0 }: LeNetWork,
): Promise<LeNetTimes> {
  const options = { backend, data, images, epochs, predictions };
  const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'le-net.ts'), ...argv], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as LeNetTimes;
}
