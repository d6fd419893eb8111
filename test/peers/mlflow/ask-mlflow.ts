import { join } from 'node:path';
import { runCommand, temporaryFolder } from '../../helpers/index.ts';
import type { Search } from './questions.ts';
import type { PeerRun } from './world.ts';

export interface Job {
  readonly runs: readonly PeerRun[];
  /** Names of runs that are deleted once all are written. */
  readonly deleted: readonly string[];
  readonly searches: readonly Search[];
  /** Values of one param of a new run, the second logged after the first. */
  readonly relogs: readonly (readonly [first: string, second: string])[];
  readonly values: readonly PeerValue[];
}

/** What may be too long, or have a name that is refused. */
export interface PeerValue {
  readonly kind: 'param' | 'tag' | 'metric' | 'experiment';
  /** Empty for an experiment, whose name is the value. */
  readonly key: string;
  readonly value: string;
}

export interface Answer {
  readonly version: string;
  readonly ids: { readonly [run: string]: string };
  /** Names of the runs, in order. */
  readonly searches: readonly ({ readonly found: readonly string[] } | { readonly refused: string })[];
  readonly runs: { readonly [run: string]: AnswerRun };
  /** What the param is afterwards, or `refused`. */
  readonly relogs: readonly string[];
  /** Whether they were taken. */
  readonly values: readonly boolean[];
  /** One sample, with a GPU that answer.py makes up. */
  readonly systemMetrics: { readonly [name: string]: number };
}

/** Values are texts as Python prints them. */
interface AnswerRun {
  readonly latest: { readonly [metric: string]: readonly [value: string, step: number] };
  readonly points: { readonly [metric: string]: readonly (readonly [value: string, step: number, timestampMs: number])[] };
  readonly params: { readonly [key: string]: string };
  readonly status: string;
}

/** One process of the real MLflow, with a store of its own. `python`: the interpreter that has it. */
export async function askMlflow(python: string, job: Job): Promise<Answer> {
  const folder = await temporaryFolder();
  const { PATH, HOME, LANG } = process.env;
  const result = await runCommand(python, [join(import.meta.dirname, 'answer.py')], {
    cwd: folder,
    env: { PATH, HOME, LANG, PYTHONUTF8: '1' },
    input: JSON.stringify({ ...job, database: join(folder, 'mlflow.db') }),
    timeoutMs: 240_000,
  });
  if (result.code !== 0) throw new Error(`MLflow could not answer (exit ${result.code}):\n${result.stderr.slice(-4_000)}`);
  return result.json<Answer>();
}
