import { vi } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { isSafeProjectPath } from '../../../src/core/path/project-path.ts';
import { faults } from '../lib/index.ts';
import { IS_FULL } from '../lib/is-full.ts';
import { Random } from '../model/random.ts';
import { watch } from './watchdog.ts';

/** Cases of a parser: `MLO_FAULTS_FULL=1` tries a hundred thousand, `MLO_FUZZ_CASES` as many as it says, `MLO_FUZZ_SEED` that one again. */
const CASES = Number(process.env['MLO_FUZZ_CASES'] ?? (IS_FULL ? 100_000 : 200));
vi.setConfig({ testTimeout: 90_000 + CASES * 50 });

const ONLY = process.env['MLO_FUZZ_SEED'];

export interface Fuzz<Input> {
  readonly suite: string;
  /** Right ones, which must be taken. */
  readonly goldens: readonly Input[];
  readonly mutate: (golden: Input, random: Random) => Input;
  /** Reads it and does with it what is done with what is read; a plain Error says what is not right. */
  readonly read: (input: Input) => unknown;
  /** Errors that are the parser's own way of refusing, beside MloError; its callers make a clear one of it. */
  readonly refusals?: readonly (new (...args: never[]) => Error)[];
  /** Of the cases that others have; for what is slow. Default: 1. */
  readonly share?: number;
}

/** Each case is made of its seed alone. Ends with an error that names the seed where one is neither read nor refused as it should be. */
export async function fuzz<Input>({ suite, goldens, mutate, read, refusals = [], share = 1 }: Fuzz<Input>): Promise<void> {
  for (const golden of goldens) await read(golden);
  const seeds = ONLY === undefined ? Array.from({ length: Math.ceil(CASES * share) }, (_, number) => number + 1) : [Number(ONLY)];
  const watchdog = watch(suite);
  try {
    for (const seed of seeds) {
      const random = new Random(seed * 2_654_435_761);
      const input = mutate(random.pick(goldens), random);
      watchdog.begin(seed);
      try {
        await read(input);
      } catch (error) {
        if (!isRefusal(error, refusals)) throw failure(suite, seed, input, error);
      }
    }
  } finally {
    await watchdog.end();
  }
  faults('fuzz', seeds.length);
}

function isRefusal(error: unknown, refusals: readonly (new (...args: never[]) => Error)[]): boolean {
  if (error instanceof MloError) return error.code !== 'MLO_INTERNAL' && error.message !== '' && error.message.length < 20_000;
  return refusals.some((each) => error instanceof each);
}

function failure(suite: string, seed: number, input: unknown, cause: unknown): Error {
  const shown = Buffer.isBuffer(input) ? input.subarray(0, 2_000).toString('hex') : JSON.stringify(input)?.slice(0, 2_000);
  return new Error(`${suite}: MLO_FUZZ_SEED=${seed} ends with ${String(cause).slice(0, 500)}\n${shown}`, { cause });
}

/** Throws where data would lie outside of the project, or among Git's or mlo's own files. */
export function mustBeSafe(path: string): void {
  const isSafe: boolean = isSafeProjectPath(path);
  if (!isSafe) throw new Error(`data would lie at ${JSON.stringify(path)}`);
}
