export { defineStage } from './runtime/api/define-stage.ts';
export type { StageDefinition, StageFunction, StageOptions, UncheckedParams } from './runtime/api/define-stage.ts';
export type { Rng, StageContext, StagePaths } from './runtime/api/stage-context.ts';
export type { ChildOptions, EndStatus, InputOptions, MetricOptions, ModelOptions, StageRun } from './runtime/api/stage-run.ts';
export type { TensorFlow } from './runtime/tensorflow/types.ts';
export { list, metricsShow, open, paramsShow, read } from './app/api/index.ts';
export type { Entry, ListOptions, ParamsOptions, ParamValue, Values, Where } from './app/api/types.ts';
export { startRun, withRun } from './app/api/start-run.ts';
export type { StartRunOptions } from './app/api/start-run.ts';
