import { parentPort } from 'node:worker_threads';
import { verifiedEntry } from '../../../cache/packs/pack-reader.ts';
import { toPlainError } from '../../../fs/plain-error.ts';
import { ArrivingFile } from './arriving-file.ts';
import { THE_END, type Answer, type ArrivedChunks, type Question, type Work } from './messages.ts';

const files = new Map<number, ArrivingFile>();

parentPort?.on('message', (message: Question | typeof THE_END) => {
  if (message === THE_END) parentPort?.close();
  else void answer(message);
});

async function answer({ id, work }: Question): Promise<void> {
  try {
    parentPort?.postMessage({ id, result: await done(work) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ id, error: toPlainError(error) } satisfies Answer);
  }
}

function done(work: Work): unknown {
  if (work.kind === 'take') return take(Buffer.from(work.memory), work.chunks);
  if (work.kind === 'open') return void files.set(work.file, new ArrivingFile(work.path, work.bounds));
  const file = fileOf(work.file);
  if (work.kind === 'digest') return file.digest();
  files.delete(work.file);
  return work.kind === 'close' ? file.close() : file.remove();
}

function take(memory: Buffer, { digests, places, targets }: ArrivedChunks): Uint8Array {
  const right = new Uint8Array(places.length / 4);
  let target = 0;
  for (let chunk = 0; chunk < right.length; chunk += 1) {
    const [at = 0, stored = 0, raw = 0, encoding = 0] = places.subarray(4 * chunk, 4 * chunk + 4);
    const digest = digests.subarray(32 * chunk, 32 * chunk + 32);
    const bytes = verifiedEntry(memory.subarray(at, at + stored), { at, stored, raw, encoding }, digest);
    right[chunk] = bytes === undefined ? 0 : 1;
    for (; targets[target] === chunk; target += 3)
      if (bytes !== undefined) fileOf(targets[target + 1] as number).write(targets[target + 2] as number, bytes);
  }
  return right;
}

function fileOf(number: number): ArrivingFile {
  const file = files.get(number);
  if (file === undefined) throw new Error(`There is no file ${number} to put together`);
  return file;
}
