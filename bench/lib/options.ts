import { tmpdir } from 'node:os';

/** Options that most tables have, for `parseArgs`. */
export const COMMON = {
  only: { type: 'string', default: '' },
  rounds: { type: 'string', default: '3' },
  quick: { type: 'boolean', default: false },
  dir: { type: 'string', default: tmpdir() },
  mlo: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface CommonOptions {
  /** Sections to measure; empty = all but those on request. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  /** Everything is made in a folder of its own in here: this is the disk that is measured. */
  readonly dir: string;
  /** The command line that is measured, where it is not ours: bin/mlo.js of another checkout. */
  readonly mlo?: string;
}

export function commonOptions(values: {
  readonly only: string;
  readonly rounds: string;
  readonly quick: boolean;
  readonly dir: string;
  readonly mlo?: string | undefined;
}): CommonOptions {
  const { only, rounds, quick, dir, mlo } = values;
  return {
    only: only.split(',').filter((name) => name !== ''),
    rounds: roundsOf(rounds),
    quick,
    dir,
    ...(mlo === undefined ? {} : { mlo }),
  };
}

export function roundsOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`'${text}' is not a number of rounds`);
  return value;
}
