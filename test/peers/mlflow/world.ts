import type { RunStatus } from '../../../src/core/run.ts';

export interface PeerRun {
  /** No two have the same. */
  readonly name: string;
  /** Name of the run above it, which is written before it. */
  readonly parent?: string;
  readonly user: string;
  readonly status: Exclude<RunStatus, 'SCHEDULED'>;
  readonly startedMs: number;
  /** Absent: it still runs. */
  readonly endedMs?: number;
  /** MLflow keeps their texts. */
  readonly params: { readonly [key: string]: string | number };
  readonly tags: { readonly [key: string]: string };
  /** Name, value (a text, as JSON knows no NaN), step, Unix ms; in order of logging. */
  readonly metrics: readonly (readonly [name: string, value: string, step: number, timestampMs: number])[];
  readonly inputs: readonly { readonly name: string; readonly digest: string; readonly context: string }[];
}

const START_MS = 1_750_000_000_000;
const STATUSES = ['FINISHED', 'FINISHED', 'FINISHED', 'FAILED', 'KILLED'] as const;
const MODELS = ['cnn', 'CNN', 'mlp', 'res_net', 'res-net', 'tree 100%'] as const;

/** Runs that differ in everything that a search can name; some were started in the same millisecond. */
function gridRun(index: number): PeerRun {
  const startedMs = START_MS + Math.floor(index / 2) * 1_000;
  const at = (step: number): number => startedMs + 10 + step;
  const accuracy = ((index * 7) % 30) / 30;
  return {
    name: `grid-${String(index).padStart(2, '0')}`,
    ...(index % 4 === 3 ? { parent: 'sweep' } : {}),
    user: index % 3 === 0 ? 'anna' : 'ben',
    status: STATUSES[index % STATUSES.length] as PeerRun['status'],
    startedMs,
    endedMs: startedMs + 500 + index,
    params: {
      lr: [0.1, 0.01, 0.001][index % 3] as number,
      epochs: [5, 10, 100][(index >> 1) % 3] as number,
      model: MODELS[index % MODELS.length] as string,
      ...(index % 5 === 0 ? {} : { dropout: String(index % 4) }),
    },
    tags: {
      team: index % 2 === 0 ? 'vision' : 'Vision',
      ...(index % 7 === 0 ? { 'release candidate': 'yes' } : {}),
      ...(index % 6 === 0 ? { 'group.sub': `g${index % 4}` } : {}),
    },
    metrics: [
      ['accuracy', String(accuracy / 2), 0, at(0)],
      ['accuracy', String(accuracy), 1, at(1)],
      ...(index % 3 === 0 ? [] : [['val loss', String(1 - accuracy), 1, at(1)] as const]),
      ...(index % 6 === 1 ? [['score', 'NaN', 0, at(0)] as const] : []),
      ...(index % 6 === 2 ? [['score', String(index - 14), 0, at(0)] as const] : []),
    ],
    inputs:
      index % 4 === 0
        ? [
            { name: 'iris', digest: `d${index % 8}000000`, context: 'train' },
            { name: 'iris-test', digest: 'eeee0000', context: 'eval' },
          ]
        : [],
  };
}

const special = (name: string, offsetMs: number, more: Partial<PeerRun>): PeerRun => ({
  name,
  user: 'anna',
  status: 'FINISHED',
  startedMs: START_MS + offsetMs,
  endedMs: START_MS + offsetMs + 60_000,
  params: {},
  tags: {},
  metrics: [],
  inputs: [],
  ...more,
});

/** What is the last value is the question: by step, then time, then value, not by order of logging. */
const LATE: readonly PeerRun[] = [
  special('steps out of order', 50_000, {
    metrics: [
      ['m', '3', 30, 5_000],
      ['m', '1', 10, 9_000],
      ['m', '2', 20, 1_000],
    ],
  }),
  special('a step logged again', 51_000, {
    metrics: [
      ['m', '1', 5, 2_000],
      ['m', '2', 5, 3_000],
      ['m', '9', 5, 1_000],
      ['m', '2', 5, 3_000],
    ],
  }),
  special('the same step and time', 52_000, {
    metrics: [
      ['m', '1', 5, 2_000],
      ['m', '7', 5, 2_000],
      ['m', '3', 5, 2_000],
    ],
  }),
  special('negative steps', 53_000, {
    metrics: [
      ['m', '1', -10, 9_000],
      ['m', '2', -1, 1_000],
      ['m', '3', -5, 9_500],
    ],
  }),
  special('a number after NaN', 54_000, {
    metrics: [
      ['m', 'NaN', 0, 1_000],
      ['m', '0.5', 1, 1_001],
    ],
  }),
  special('NaN after a number', 55_000, {
    metrics: [
      ['m', '0.5', 0, 1_000],
      ['m', 'NaN', 1, 1_001],
    ],
  }),
  special('infinite', 56_000, {
    metrics: [
      ['up', 'Infinity', 0, 1_000],
      ['down', '-Infinity', 0, 1_000],
      ['tiny', '5e-324', 0, 1_000],
      ['huge', '1.7e308', 0, 1_000],
      ['zero', '-0.0', 0, 1_000],
      ['third', '0.3333333333333333', 2147483648, 1_000],
    ],
  }),
];

export const RUNS: readonly PeerRun[] = [
  special('sweep', 0, { params: { kind: 'grid', note: "it's 100% [a]*?" }, tags: { team: 'Ünïcödé 🚀' } }),
  ...Array.from({ length: 30 }, (_, index) => gridRun(index)),
  ...LATE,
  special('Still At Work', 90_000, { status: 'RUNNING', user: 'ben', params: { lr: 0.5, model: 'Ünïcödé' }, tags: { team: 'VISION' } }),
  special('gone', 91_000, { metrics: [['accuracy', '0.99', 0, 1_000]] }),
  special('gone too', 92_000, { metrics: [['accuracy', '0.2', 0, 1_000]] }),
].map(withoutEnd);

export const DELETED: readonly string[] = ['gone', 'gone too', 'grid-13'];

function withoutEnd(run: PeerRun): PeerRun {
  const { endedMs, ...open } = run;
  return run.status === 'RUNNING' || endedMs === undefined ? open : run;
}
