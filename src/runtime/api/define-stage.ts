import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { StageContext } from './stage-context.ts';

/** Shared by every copy of `mlo-cli`, so that a stage defined through another copy is still known as one. */
const STAGE = Symbol.for('mlo-cli.stage');

/** Params without a schema: nested as in the params file, their types unknown to TypeScript. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would make `params.train.epochs` impossible to write.
export type UncheckedParams = any;

export type StageFunction<Params = UncheckedParams, Dep extends string = string, Out extends string = string> = (
  context: StageContext<Params, Dep, Out>,
) => unknown;

export interface StageOptions<Params = UncheckedParams, Dep extends string = string, Out extends string = string> {
  /** Names of deps and outs that the stage uses: they become properties with a known type, and are checked before it runs. */
  readonly deps?: readonly Dep[];
  readonly outs?: readonly Out[];
  readonly run: StageFunction<Params, Dep, Out>;
}

/** What the default export of a stage module must be. */
export interface StageDefinition {
  readonly run: StageFunction;
  readonly params?: StandardSchemaV1;
  readonly deps: readonly string[];
  readonly outs: readonly string[];
}

/**
 * Makes the default export of a stage module (`run: stages/train.ts` in the pipeline file).
 * `params` is any Standard Schema (zod, valibot, arktype): the stage gets its output, typed.
 */
export function defineStage(run: StageFunction): StageDefinition;
export function defineStage<Schema extends StandardSchemaV1, Dep extends string = string, Out extends string = string>(
  options: StageOptions<StandardSchemaV1.InferOutput<Schema>, Dep, Out> & { readonly params: Schema },
): StageDefinition;
export function defineStage<Dep extends string = string, Out extends string = string>(
  options: StageOptions<UncheckedParams, Dep, Out> & { readonly params?: undefined },
): StageDefinition;
export function defineStage(stage: StageFunction | (StageOptions & { readonly params?: StandardSchemaV1 | undefined })): StageDefinition {
  const options = typeof stage === 'function' ? { run: stage } : stage;
  if (typeof options?.run !== 'function') {
    throw new TypeError(
      'defineStage needs a function, or an object whose `run` is one: defineStage(async ({ params, deps, outs }) => { … })',
    );
  }
  const { run, params, deps = [], outs = [] } = options as StageOptions & { readonly params?: StandardSchemaV1 };
  if (params !== undefined && typeof params['~standard']?.validate !== 'function') {
    throw new TypeError('defineStage: `params` must be a Standard Schema, such as z.object({ … })');
  }
  const definition = { run, deps, outs, ...(params === undefined ? {} : { params }) };
  return Object.freeze(Object.defineProperty(definition, STAGE, { value: true }));
}

export function isStage(value: unknown): value is StageDefinition {
  return typeof value === 'object' && value !== null && (value as { [STAGE]?: unknown })[STAGE] === true;
}
