import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter } from '../../src/core/search/parse-filter.ts';
import { parseOrder } from '../../src/core/search/parse-order.ts';
import { openTracking } from '../../src/tracking/open.ts';
import type { Tracking } from '../../src/tracking/types.ts';
import { run } from '../data/process.ts';
import type { Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { range } from './figures.ts';
import { idOfRun, writeRuns } from './search-world.ts';
import type { TrackingWorld } from './world.ts';

const RUNS = 50_000;
const PAGE = 100;
const COMPARED = 20;
/** In-process searches a round: the first is what a command pays, the median what a server does. */
const TIMES = 15;

interface Work {
  readonly name: string;
  readonly filter: string;
  readonly order: string;
  readonly limit: number;
  readonly atMostMs?: number;
  /** The same of MLflow, in Python. */
  readonly mlflow?: string;
}

function works(count: number): readonly Work[] {
  const ids = Array.from({ length: COMPARED }, (_, index) => idOfRun(Math.floor((index * count) / COMPARED)));
  return [
    { name: 'newest 100', filter: '', order: '', limit: PAGE, atMostMs: 5, mlflow: 'client.search_runs([experiment], max_results=100)' },
    {
      name: 'filter by a metric and a param, sorted by another metric, first 100',
      filter: 'metrics.acc > 0.5 AND params.lr = 0.01',
      order: 'metrics.loss',
      limit: PAGE,
      atMostMs: 20,
      mlflow: `client.search_runs([experiment], "metrics.acc > 0.5 and params.lr = '0.01'", max_results=100, order_by=['metrics.loss ASC'])`,
    },
    {
      name: 'a filter that finds nothing (two frequent params, never together), sorted by a metric',
      filter: "params.model = 'large' AND params.optimizer = 'sgd'",
      order: 'metrics.val_acc DESC',
      limit: PAGE,
      mlflow: `client.search_runs([experiment], "params.model = 'large' and params.optimizer = 'sgd'", max_results=100, order_by=['metrics.val_acc DESC'])`,
    },
    {
      name: '20 runs by id, with all they logged (what compare reads)',
      filter: `run_id IN (${ids.map((id) => `'${id}'`).join(', ')})`,
      order: '',
      limit: COMPARED,
      atMostMs: 20,
      mlflow: `[client.get_run(each) for each in ids]`,
    },
  ];
}

/** Finding among many runs, in-process on an open database and as a whole command; MLflow searches the same runs, written straight into its tables. */
export async function searchRows(world: TrackingWorld): Promise<readonly Row[]> {
  const count = Math.round(RUNS * world.scale);
  const folder = world.folder('search');
  mkdirSync(join(folder, '.mlo'));
  const path = join(folder, '.mlo', 'tracking.db');
  writeRuns(path, count);
  const all = works(count);
  const own = all.map((work) => timesOf(path, work, world.rounds));
  const peer = mlflowTimes(world, all, count);
  const rows: Row[] = all.map((work, index) => {
    const { first, later } = own[index] as Timed;
    const theirs = peer?.[index];
    return {
      work: `${count.toLocaleString('en')} runs (10 params, 5 metrics): ${work.name}, in-process`,
      measured: `${ms(median(later))} (${ms(Math.min(...later))}–${ms(Math.max(...later))}); the first one ${ms(median(first))}`,
      compared: theirs === undefined ? [] : [`MLflow ${ms(theirs)}: ${timesFaster(theirs / median(later))}`],
      targets: work.atMostMs === undefined ? [] : [{ text: `≤ ${work.atMostMs} ms`, reached: median(later) <= work.atMostMs }],
    };
  });
  const [, filtered] = all as readonly [Work, Work];
  const argv = [...world.mlo, 'runs', 'search', filtered.filter, '--order-by', filtered.order, '-n', '20'];
  const commands: number[] = [];
  const version: number[] = [];
  for (let round = 0; round <= Math.max(world.rounds, 5); round += 1) {
    const times = [await run({ argv, cwd: folder }), await run({ argv: [...world.mlo, '--version'], cwd: folder })] as const;
    if (round === 0) continue;
    commands.push(times[0]);
    version.push(times[1]);
  }
  rmSync(folder, { recursive: true });
  const commandRow: Row = {
    work: 'the filtered and sorted one as a command, `mlo runs search … -n 20`',
    measured: range(commands),
    compared: [`\`mlo --version\` ${ms(median(version))}`],
    targets: [{ text: '≤ 150 ms', reached: median(commands) <= 150 }],
  };
  return [...rows, commandRow];
}

interface Timed {
  /** On a new handle, a round each. */
  readonly first: readonly number[];
  readonly later: readonly number[];
}

function timesOf(path: string, work: Work, rounds: number): Timed {
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const tracking = openTracking({ path, readOnly: true });
    first.push(timeOf(tracking, work));
    for (let each = 0; each < TIMES; each += 1) later.push(timeOf(tracking, work));
    tracking.close();
  }
  return { first, later };
}

/** From the texts of filter and order to the runs with all they logged. */
function timeOf(tracking: Tracking, { filter, order, limit }: Work): number {
  const started = performance.now();
  const parsed = parseFilter(filter);
  tracking.search({ ...(parsed === undefined ? {} : { filter: parsed }), orderBy: parseOrder(order), limit, nowMs: Date.now() });
  return performance.now() - started;
}

/** Median milliseconds of each, in one process on one database. */
function mlflowTimes(world: TrackingWorld, all: readonly Work[], count: number): readonly number[] | undefined {
  if (world.mlflow === undefined) return undefined;
  const place = world.folder('mlflow-search');
  const script = join(place, 'search.py');
  const timed = all.map(({ mlflow = 'None' }) => `timed(lambda: ${mlflow})`).join(', ');
  writeFileSync(script, `${FILL}\nprint(json.dumps([${timed}]))\n`);
  const output = execFileSync(world.mlflow, [script, join(place, 'mlflow.db'), String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: place,
  });
  rmSync(place, { recursive: true });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as readonly number[];
}

/** The runs of search-world.ts as rows of MLflow's tables: by its own API they would take half an hour. */
const FILL = `
import json, logging, os, sqlite3, sys, time, statistics
os.environ.setdefault('GIT_PYTHON_REFRESH', 'quiet')
logging.disable(logging.WARNING)
from mlflow.tracking import MlflowClient
client = MlflowClient('sqlite:///' + sys.argv[1])
experiment = client.create_experiment('bench')
client.set_terminated(client.create_run(experiment).info.run_id)
count = int(sys.argv[2])
db = sqlite3.connect(sys.argv[1])
run_ids = ['%08x' % each + 'b' * 24 for each in range(count)]
lrs = ['0.1', '0.03', '0.01', '0.003', '0.001']
models = ['small', 'medium', 'large', 'huge']
def params(i):
    return dict(lr=lrs[i % 5], batch=str(16 << (i % 4)), model=models[i % 4], seed=str(i), dropout=str((i % 7) / 10), epochs=str(10 + i % 3),
        optimizer='adam' if i % 2 == 0 else 'sgd', augment=str(i % 3 == 0), layers='[64, 32, %d]' % (i % 9), split='0.8')
def metrics(i):
    spread = (i * 0.618033988749895) % 1
    return dict(acc=spread, loss=1 - spread + (i % 11) / 100, val_acc=spread * 7 % 1, val_loss=spread * 13 % 1, seconds=i % 1000)
start = 1700000000000
db.executemany('INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id, source_type, source_name, entry_point_name, source_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ((run_ids[i], 'run-%d' % i, 'someone', 'FINISHED', start + i * 1000, start + i * 1000 + 60000, 'active', 'x', int(experiment), 'LOCAL', '', '', '') for i in range(count)))
db.executemany('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)', ((k, v, run_ids[i]) for i in range(count) for k, v in params(i).items()))
db.executemany('INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, 1, 0, ?)',
    ((k, v, start + i * 1000 + 500, run_ids[i]) for i in range(count) for k, v in metrics(i).items()))
db.executemany('INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, 1, 0, ?)',
    ((k, v, start + i * 1000 + 500, run_ids[i]) for i in range(count) for k, v in metrics(i).items()))
db.executemany('INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)', (('kind', 'k%d' % (i % 50), run_ids[i]) for i in range(count)))
db.commit()
ids = [run_ids[index * count // ${COMPARED}] for index in range(${COMPARED})]
def once(work):
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000
def timed(work):
    first = once(work)
    return first if first > 5000 else statistics.median(once(work) for each in range(5))
`;

function timesFaster(times: number): string {
  return `${times < 10 ? times.toFixed(1) : times.toFixed(0)}x faster`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
