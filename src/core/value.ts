/**
 * A value of a params, metrics or pipeline file (YAML 1.2 core schema or JSON).
 * Integers beyond 2^53 are bigint so that no digit is lost; NaN and the infinities are numbers.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | { readonly [key: string]: Value };

export type ValueMap = { readonly [key: string]: Value };

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
