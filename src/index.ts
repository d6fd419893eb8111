export { defineStage } from './runtime/api/define-stage.ts';
export type { StageDefinition, StageFunction, StageOptions, UncheckedParams } from './runtime/api/define-stage.ts';
export type { Rng, StageContext, StagePaths } from './runtime/api/stage-context.ts';
export type { MetricOptions, StageRun } from './runtime/api/stage-run.ts';
export type { TensorFlow } from './runtime/tensorflow/types.ts';
