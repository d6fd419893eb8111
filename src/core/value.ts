/**
 * A value of a params, metrics or pipeline file (YAML 1.2 core schema or JSON).
 * Integers beyond 2^53 are bigint so that no digit is lost; NaN and the infinities are numbers.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | { readonly [key: string]: Value };

export type ValueMap = { readonly [key: string]: Value };

/** Whether it can be stored as one, whatever a caller without types has given. */
export function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) return Array.from(value as unknown[]).every(isValue);
  if (isPlainMap(value)) return Object.values(value).every(isValue);
  return value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value);
}

/** Not a date, a Map, a typed array and the like, whose keys are not what they hold. */
export function isPlainMap(value: unknown): value is ValueMap {
  return isMap(value) && Object.prototype.toString.call(value) === '[object Object]';
}

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
