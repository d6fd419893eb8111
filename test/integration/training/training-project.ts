import type { RunRecord } from '../../../src/core/run.ts';
import { createStageProject, stage, type StageProject } from '../module/stage-project.ts';

/** Two clouds of points; `model` is compiled, `fit` trains it. */
const SET_UP = `const { tf, autolog } = context;
  const build = () => {
    const made = tf.sequential({ name: 'clouds', layers: [
      tf.layers.dense({ name: 'hidden', units: 4, activation: 'relu', inputShape: [3] }),
      tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
    ] });
    made.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return made;
  };
  const model = build();
  const xs = tf.randomNormal([40, 3], 0, 1, 'float32', 1);
  const ys = tf.oneHot(xs.slice([0, 0], [40, 1]).greater(0).cast('int32').reshape([40]), 2);
  const fit = (options = {}, one = model) => one.fit(xs, ys, { epochs: 3, batchSize: 16, verbose: 0, ...options });
`;

/** A stage that trains: `body` sees tf, autolog, build, model, xs, ys, fit. */
export function trainingProject(body: string): Promise<StageProject> {
  return createStageProject({
    'stages/train.ts': stage(SET_UP + body, "import * as train from 'mlo-cli/train';\nimport * as fs from 'node:fs';\n"),
  });
}

export interface Logged {
  readonly params: { readonly [name: string]: unknown };
  readonly tags: { readonly [name: string]: string };
  /** [step, value] by metric. */
  readonly metrics: { readonly [name: string]: readonly (readonly [step: number, value: number])[] };
  readonly artifacts: readonly string[];
  readonly models: readonly Extract<RunRecord, { type: 'model' }>[];
}

export function logged(records: readonly RunRecord[]): Logged {
  const metrics: { [name: string]: (readonly [number, number])[] } = {};
  for (const record of records) {
    if (record.type !== 'metrics') continue;
    for (const { name, steps, values } of record.batches) {
      for (let at = 0; at < steps.length; at += 1) (metrics[name] ??= []).push([steps[at] as number, values[at] as number]);
    }
  }
  return {
    params: Object.assign({}, ...records.map((record) => (record.type === 'params' ? record.params : {}))),
    tags: Object.assign({}, ...records.map((record) => (record.type === 'tags' ? record.tags : {}))),
    metrics,
    artifacts: records.flatMap((record) => (record.type === 'artifact-bytes' ? [record.name] : [])),
    models: records.filter((record) => record.type === 'model'),
  };
}
