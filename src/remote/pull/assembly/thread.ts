import { Worker } from 'node:worker_threads';
import type { Digest } from '../../../core/content.ts';
import { withCompileCache } from '../../../fs/compile-cache-env.ts';
import { entryPoint } from '../../../fs/entry-point.ts';
import { fromPlainError } from '../../../fs/plain-error.ts';
import { THE_END, type Answer, type ArrivedChunks, type Question, type Work } from './messages.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** A thread that verifies chunks, writes and hashes large files, so that this one has its time for the network. Its errors are those of `ArrivingFile`. */
export class AssemblyThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #lastFile = 0;
  /** Why there is no thread any more. */
  #ended: Error | undefined;

  constructor() {
    this.#worker = new Worker(entryPoint('assembly-worker'), { env: withCompileCache(process.env) });
    this.#worker.unref();
    this.#worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(fromPlainError(error));
    });
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`The thread that puts files together ended with ${code}`)));
  }

  /** `bounds`: as for `ArrivingFile`. */
  async open(path: string, bounds: Float64Array): Promise<ThreadFile> {
    this.#lastFile += 1;
    const file = this.#lastFile;
    await this.#ask({ kind: 'open', file, path, bounds });
    return {
      number: file,
      path,
      digest: async () => (await this.#ask({ kind: 'digest', file })) as Digest,
      close: async () => void (await this.#ask({ kind: 'close', file })),
      remove: async () => void (await this.#ask({ kind: 'remove', file })),
    };
  }

  /** A byte for each chunk: 1 where it was right and has been written. */
  async take(memory: SharedArrayBuffer, chunks: ArrivedChunks): Promise<Uint8Array> {
    return (await this.#ask({ kind: 'take', memory, chunks })) as Uint8Array;
  }

  /** Once all was answered. */
  end(): void {
    // Not `terminate`: torn down from outside, V8 has been seen to abort the process on machines with memory protection keys.
    this.#worker.postMessage(THE_END);
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  async #ask(work: Work): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    return await new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id: this.#lastId, work } satisfies Question);
    });
  }
}

/** An `ArrivingFile` of the thread. */
export interface ThreadFile {
  readonly number: number;
  readonly path: string;
  digest(): Promise<Digest>;
  close(): Promise<void>;
  remove(): Promise<void>;
}
