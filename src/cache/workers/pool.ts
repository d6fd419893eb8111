import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { entryPoint } from '../../fs/entry-point.ts';
import { addWorkerSpans } from '../../fs/trace.ts';
import { fromPlainError } from '../../fs/plain-error.ts';
import type { Job, ResultOf, Sealed } from './jobs.ts';
import { THE_END, type Answer, type Question } from './messages.ts';
import type { WorkerSetup } from './worker-main.ts';

/** A worker takes about 40 ms to start: only work that goes on for longer is shared. */
const ALONE_MS = 8;
const ENOUGH_JOBS = 3;
const MOST_WORKERS = 7;
/** A worker has its next job before it has told of the last one. */
const JOBS_AHEAD = 2;
/** Memory for what lives as long as one file: with the usual 16 MiB a tenth of the time goes into cleaning it up. */
const YOUNG_MIB = 64;

export interface PoolOptions {
  runHere<J extends Job>(job: J): ResultOf<J>;
  setup(): WorkerSetup;
}

export interface RunOptions {
  /** The job needs what only this thread knows. */
  readonly hereOnly?: boolean;
  readonly isWanted?: () => boolean;
}

interface Waiting {
  readonly job: Job;
  readonly isWanted: () => boolean;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Lane {
  readonly worker: Worker;
  readonly running: Map<number, Waiting>;
}

/** Jobs of the store, done by this thread and, where there are many, by workers beside it. */
export class JobPool {
  readonly #options: PoolOptions;
  /** Jobs that need what only this thread knows. */
  readonly #hereOnly: Waiting[] = [];
  readonly #anywhere: Waiting[] = [];
  #lanes: Lane[] | undefined;
  #isScheduled = false;
  #aloneMs = 0;
  #lastId = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A job that is not wanted any more when its turn comes is not done, and its promise stays open. */
  async run<J extends Job>(job: J, options: RunOptions = {}): Promise<ResultOf<J>> {
    return await new Promise((resolve, reject) => {
      const queue = options.hereOnly === true ? this.#hereOnly : this.#anywhere;
      queue.push({ job, isWanted: options.isWanted ?? always, resolve: resolve as (result: unknown) => void, reject });
      this.#pump();
    });
  }

  /** What the workers have stored becomes visible, once what they are at is done. */
  async seal(): Promise<readonly Sealed[]> {
    return await Promise.all((this.#lanes ?? []).map(async (lane) => (await this.#ask(lane, { kind: 'seal' })) as Sealed));
  }

  /** Once no worker is at a job. */
  async idle(): Promise<void> {
    await Promise.all((this.#lanes ?? []).map(async (lane) => await this.#ask(lane, { kind: 'nothing' })));
  }

  close(): void {
    // Not `terminate`: torn down from outside, V8 has been seen to abort the process on machines with memory protection keys.
    for (const { worker } of this.#lanes ?? []) worker.postMessage(THE_END);
    this.#lanes = undefined;
  }

  #pump(): void {
    for (const lane of this.#lanes ?? []) {
      while (lane.running.size < JOBS_AHEAD) {
        const waiting = nextWanted(this.#anywhere);
        if (waiting === undefined) break;
        this.#post(lane, waiting);
      }
    }
    if (this.#isScheduled || this.#hereOnly.length + this.#anywhere.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#runOneHere();
      this.#pump();
    });
  }

  #runOneHere(): void {
    const waiting = nextWanted(this.#hereOnly) ?? nextWanted(this.#anywhere);
    if (waiting === undefined) return;
    const start = performance.now();
    try {
      waiting.resolve(this.#options.runHere(waiting.job));
    } catch (error) {
      waiting.reject(error);
    }
    this.#aloneMs += performance.now() - start;
    if (this.#lanes === undefined && this.#aloneMs > ALONE_MS && this.#anywhere.length >= ENOUGH_JOBS) this.#start();
  }

  #start(): void {
    const count = Math.min(availableParallelism() - 1, MOST_WORKERS, this.#anywhere.length);
    const setup = count > 0 ? this.#options.setup() : undefined;
    this.#lanes = Array.from({ length: count }, (_, lane) => this.#openLane(setup as WorkerSetup, `cache worker ${lane + 1}`));
  }

  #openLane(setup: WorkerSetup, name: string): Lane {
    const { Worker: Thread } = process.getBuiltinModule('node:worker_threads');
    const lane: Lane = {
      worker: new Thread(entryPoint('cache-worker'), {
        workerData: setup,
        env: withCompileCache(process.env),
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
      }),
      running: new Map(),
    };
    lane.worker.unref();
    lane.worker.on('message', ({ id, result, error, spans }: Answer) => {
      if (spans !== undefined) addWorkerSpans(name, spans);
      const waiting = lane.running.get(id);
      lane.running.delete(id);
      if (lane.running.size === 0) lane.worker.unref();
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(fromPlainError(error));
      this.#pump();
    });
    lane.worker.on('error', (error) => {
      for (const waiting of lane.running.values()) waiting.reject(error);
      lane.running.clear();
      this.#lanes = this.#lanes?.filter((each) => each !== lane);
    });
    return lane;
  }

  async #ask(lane: Lane, job: Job): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      this.#post(lane, { job, isWanted: always, resolve, reject });
    });
  }

  #post(lane: Lane, waiting: Waiting): void {
    this.#lastId += 1;
    lane.running.set(this.#lastId, waiting);
    lane.worker.ref();
    lane.worker.postMessage({ id: this.#lastId, job: waiting.job } satisfies Question);
  }
}

/** What Node has compiled before is told to a worker by the environment only. */
function withCompileCache(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = process.getBuiltinModule('node:module').getCompileCacheDir();
  return folder === undefined ? env : { ...env, NODE_COMPILE_CACHE: dirname(folder) };
}

function nextWanted(queue: Waiting[]): Waiting | undefined {
  for (let waiting = queue.shift(); waiting !== undefined; waiting = queue.shift()) if (waiting.isWanted()) return waiting;
  return undefined;
}

function always(): boolean {
  return true;
}
