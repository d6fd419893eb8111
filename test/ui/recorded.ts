import type { Event, StageReport } from '../../src/core/events.ts';
import type { TimedEvent } from '../../src/ui/report/reporter.ts';

/** Unix milliseconds of the first recorded event. */
export const START_MS = 1_700_000_000_000;

const TRAIN: StageReport = {
  name: 'train',
  outcome: 'ran',
  reasons: [{ kind: 'param', key: 'params.yaml:train.lr', old: 0.05, new: 0.1 }],
  durationMs: 2100,
};
const EVALUATE: StageReport = {
  name: 'evaluate',
  outcome: 'failed',
  reasons: [{ kind: 'upstream', key: 'train' }],
  durationMs: 300,
  error: { code: 'MLO_STAGE_FAILED', message: "Stage 'evaluate' failed with exit code 3\nlast lines" },
};
const LOAD: StageReport = { name: 'load', outcome: 'unchanged', reasons: [], durationMs: 0, savedMs: 900 };

/** A repro of three stages: one unchanged, one that runs, one that fails. 100 ms between events. */
export const RECORDED: readonly TimedEvent[] = timed([
  { type: 'repro-start', stages: 3 },
  { type: 'plan', stages: ['load', 'train', 'evaluate'].map((name) => ({ name, state: 'run', reasons: [] })) },
  { type: 'stage-finish', report: LOAD },
  { type: 'stage-start', stage: 'train', command: 'stages/train.ts', reasons: TRAIN.reasons },
  { type: 'stage-output', stage: 'train', stream: 'stdout', text: 'epoch 1\nepo' },
  { type: 'stage-output', stage: 'train', stream: 'stderr', text: 'careful\n' },
  { type: 'stage-output', stage: 'train', stream: 'stdout', text: 'ch 2\n10 %\r50 %' },
  { type: 'stage-metric', stage: 'train', name: 'loss', value: 0.51234, step: 1 },
  { type: 'stage-metric', stage: 'train', name: 'accuracy', value: 0.9, step: 1 },
  {
    type: 'warning',
    message: 'read of data/x.csv is not declared',
    problem: { message: 'undeclared', file: 'stages/train.ts', line: 3, hint: 'deps: [data/x.csv]' },
  },
  { type: 'stage-finish', report: TRAIN },
  { type: 'stage-start', stage: 'evaluate', command: 'false', reasons: EVALUATE.reasons },
  { type: 'note', message: 'kept the old bytes of reports/\u001b[2J' },
  { type: 'stage-finish', report: EVALUATE },
  { type: 'repro-finish', ok: false, stages: [LOAD, TRAIN, EVALUATE], durationMs: 2500 },
]);

export function timed(events: readonly Event[], startMs = START_MS): TimedEvent[] {
  return events.map((event, index) => ({ ...event, timestampMs: startMs + index * 100 }));
}
