import type { StandardSchemaV1 } from '@standard-schema/spec';
import { MloError, type Problem } from '../../core/errors/mlo-error.ts';
import { isMap, type Value, type ValueMap } from '../../core/value.ts';
import { guardParams, lineToAdd, type GuardOptions } from './params-guard.ts';

/**
 * What the stage gets as `params`: the declared values, or what its schema makes of them.
 * A key that the schema knows may be absent; any other key that is read and not declared is an error.
 */
export async function checkParams(params: ValueMap, schema: StandardSchemaV1 | undefined, options: GuardOptions): Promise<unknown> {
  if (schema === undefined) return guardParams(params, options);
  const asked = new Set<string>();
  const result = await schema['~standard'].validate(recordReads(params, '', asked));
  if (result.issues !== undefined) throw invalidParams(params, result.issues, options);
  return guardParams(result.value, { ...options, allowed: (key) => asked.has(key) });
}

/** Plain maps that note which keys the schema asks for. */
function recordReads(values: ValueMap, prefix: string, asked: Set<string>): ValueMap {
  const target: { [key: string]: Value } = {};
  for (const [key, value] of Object.entries(values)) target[key] = isMap(value) ? recordReads(value, `${prefix}${key}.`, asked) : value;
  return new Proxy(target, {
    get(map, key, receiver): unknown {
      if (typeof key === 'string') asked.add(prefix + key);
      return Reflect.get(map, key, receiver);
    },
    has(map, key): boolean {
      if (typeof key === 'string') asked.add(prefix + key);
      return Reflect.has(map, key);
    },
  });
}

function invalidParams(params: ValueMap, issues: readonly StandardSchemaV1.Issue[], options: GuardOptions): MloError {
  const { address, declared } = options;
  const problems = issues.map((issue): Problem => {
    const key = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    const message = key === '' ? issue.message : `${key}: ${issue.message}`;
    const forgotten = key !== '' && !declared.some((known) => key === known || key.startsWith(`${known}.`)) && !hasKey(params, key);
    return forgotten ? { message: `${message} (the stage does not declare it)`, hint: lineToAdd(address, key) } : { message };
  });
  const list = problems.map(({ message }) => `\n  ${message}`).join('');
  const forgotten = problems.find(({ hint }) => hint !== undefined);
  return new MloError(
    forgotten === undefined ? 'MLO_PARAMS' : 'MLO_PARAM_UNDECLARED',
    `Stage '${address}' does not accept its params:${list}`,
    { hint: forgotten?.hint ?? 'mlo params show', details: { stage: address }, problems },
  );
}

function hasKey(params: ValueMap, key: string): boolean {
  let value: Value | undefined = params;
  for (const part of key.split('.')) {
    if (!isMap(value) || !Object.hasOwn(value, part)) return false;
    value = value[part];
  }
  return true;
}
