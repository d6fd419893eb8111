import { parseProjectPath } from '../core/path/project-path.ts';
import type { MetricBatch, RunId } from '../core/run.ts';
import { nameFault, paramFault, stepFault, tagFault, titleFault } from '../core/run-limits.ts';
import { isValue, type Value } from '../core/value.ts';
import { invalidRecord } from './errors.ts';
import type { FinishRun, NewRun } from './types.ts';

const RUN_ID = /^[0-9a-f]{32}$/;

/** @throws MLO_RUN_VALUE where `id` is not 32 lower-case hexadecimal characters. */
export function checkRunId(id: RunId): void {
  if (!RUN_ID.test(id)) throw invalidRecord(id, 'a run id is 32 lower-case hexadecimal characters');
}

/** @throws MLO_RUN_VALUE for what no metric can be; NaN and the infinities are values like others. */
export function checkBatches(id: RunId, batches: readonly MetricBatch[]): void {
  for (const { name, values, steps, timestampsMs } of batches) {
    checkName(id, 'metric', name);
    const metric = JSON.stringify(name);
    if (steps.length !== values.length || timestampsMs.length !== values.length)
      throw invalidRecord(id, `the columns of metric ${metric} differ in length`);
    checkColumn(
      values,
      (value) => typeof value === 'number',
      (value) => invalidRecord(id, `the metric ${metric} must be a number, found ${value}`),
    );
    checkColumn(steps, Number.isSafeInteger, (shown, step) => invalidRecord(id, `the step of metric ${metric} ${stepFault(step, shown)}`));
    checkColumn(timestampsMs, Number.isSafeInteger, (value) =>
      invalidRecord(id, `the time of metric ${metric} must be milliseconds, found ${value}`),
    );
  }
}

function checkColumn(column: ArrayLike<number>, holds: (value: unknown) => boolean, error: (shown: string, value: unknown) => Error): void {
  for (let each = 0; each < column.length; each += 1) {
    if (!holds(column[each])) throw error(describe(column[each]), column[each]);
  }
}

/**
 * What a pipeline declares is recorded as it is, however long, so that the record of a stage never fails it.
 * @throws MLO_RUN_VALUE
 */
export function checkStart({ id, name, experiment, stage, params = {}, tags = {} }: NewRun): void {
  checkText(id, 'name', name);
  if (experiment !== undefined) checkExperiment(id, experiment);
  if (stage !== undefined) {
    checkNamed(id, 'param', Object.keys(params));
    checkValues(id, params);
    return checkTexts(id, tags);
  }
  checkParams(id, params);
  checkTags(id, tags);
}

/** @throws MLO_RUN_VALUE for what is no text. */
export function checkFinish(id: RunId, { reason = '', tags = {} }: FinishRun): void {
  checkText(id, 'reason of its end', reason);
  checkTexts(id, tags);
}

/** @throws MLO_RUN_VALUE where one of them is empty. */
export function checkNamed(id: RunId, what: string, names: readonly string[]): void {
  if (names.includes('')) throw invalidRecord(id, `the name of a ${what} must not be empty`);
}

/** @throws MLO_RUN_VALUE for a name or value that is too long, or that nothing can store. */
export function checkParams(id: RunId, params: { readonly [key: string]: Value }): void {
  checkValues(id, params);
  for (const [key, value] of Object.entries(params)) {
    checkName(id, 'param', key);
    const fault = paramFault(value);
    if (fault !== undefined) throw invalidRecord(id, `the param ${JSON.stringify(key)} ${fault}`);
  }
}

/** @throws MLO_RUN_VALUE for a name or value that is too long, or no text. */
export function checkTags(id: RunId, tags: { readonly [key: string]: string }): void {
  checkTexts(id, tags);
  for (const [key, value] of Object.entries(tags)) {
    checkName(id, 'tag', key);
    const fault = tagFault(value);
    if (fault !== undefined) throw invalidRecord(id, `the tag ${JSON.stringify(key)} ${fault}`);
  }
}

/** @throws MLO_PATH_UNSAFE for a name that would not stay below the folder that a run's artifacts are written to. */
export function checkArtifactPath(id: RunId, path: string): void {
  parseProjectPath(path, `the artifacts of run ${id}`);
}

function checkValues(id: RunId, params: { readonly [key: string]: Value }): void {
  for (const [key, value] of Object.entries(params))
    if (!isValue(value)) throw invalidRecord(id, `the param ${JSON.stringify(key)} must be plain data`);
}

function checkTexts(id: RunId, tags: { readonly [key: string]: string }): void {
  for (const [key, value] of Object.entries(tags)) checkText(id, `tag ${JSON.stringify(key)}`, value);
}

function checkText(id: RunId, what: string, text: string): void {
  if (typeof text !== 'string') throw invalidRecord(id, `the ${what} must be a text, found a value of type ${typeof text}`);
}

function checkExperiment(id: RunId, name: string): void {
  checkText(id, 'name of the experiment', name);
  const fault = titleFault(name);
  if (fault !== undefined) throw invalidRecord(id, `the name of the experiment ${fault}`);
}

function checkName(id: RunId, what: string, name: unknown): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw invalidRecord(id, `the name of a ${what} ${fault}`);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
