import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrackingWorld } from './world.ts';

/** `line`: what was found, or not, for people. */
export function findMlflow(env: NodeJS.ProcessEnv): { readonly python: string | undefined; readonly line: string } {
  const python = env['MLO_BENCH_MLFLOW'];
  const missing = { python: undefined, line: 'MLflow: not found (MLO_BENCH_MLFLOW=/path/to/python with mlflow), rows without it' };
  if (python === undefined) return missing;
  try {
    const version = execFileSync(python, ['-c', 'import mlflow; print(mlflow.__version__)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { python, line: `MLflow ${version.trim()}, in-process, SQLite` };
  } catch {
    return missing;
  }
}

const HEAD = `
import logging, os, sys, time, json
os.environ.setdefault('GIT_PYTHON_REFRESH', 'quiet')
logging.disable(logging.WARNING)
from mlflow.tracking import MlflowClient
from mlflow.entities import Metric, Param
client = MlflowClient('sqlite:///' + sys.argv[1])
experiment = client.create_experiment('bench')
client.set_terminated(client.create_run(experiment).info.run_id)
count = int(sys.argv[2])
before = os.path.getsize(sys.argv[1])
start = time.perf_counter()
`;
const TAIL = `
print(json.dumps([time.perf_counter() - start, os.path.getsize(sys.argv[1]) - before]))
`;

export interface MlflowWork {
  /** Does \`count\` units with \`client\` in \`experiment\`. */
  readonly python: string;
  readonly count: number;
}

export interface MlflowResult {
  readonly ms: number;
  /** By which the database grew. */
  readonly bytes: number;
}

/** One process on a new database; imports and the migration of the database are not timed, one run was made before. */
export function runMlflow({ mlflow, folder }: TrackingWorld, { python, count }: MlflowWork): MlflowResult | undefined {
  if (mlflow === undefined) return undefined;
  const place = folder('mlflow');
  const script = join(place, 'work.py');
  const database = join(place, 'mlflow.db');
  writeFileSync(script, HEAD + python + TAIL);
  const printed = execFileSync(mlflow, [script, database, String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: place,
  });
  const [seconds, bytes] = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as [number, number];
  return { ms: seconds * 1000, bytes };
}
