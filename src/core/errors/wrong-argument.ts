import { MloError } from './mlo-error.ts';

/** A public function was given what it cannot take: MLO_DATA. */
export function argumentError(message: string): MloError {
  return new MloError('MLO_DATA', message);
}

/** `<what>: expected …, found …` */
export function wrongArgument(what: string, expected: string, found: unknown): MloError {
  return argumentError(`${what}: expected ${expected}, found ${describeValue(found)}`);
}

/** `example`: options that would do. Throws MLO_DATA. */
export function checkOptions(what: string, options: unknown, example?: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw wrongArgument(what, example === undefined ? 'options, an object' : `options such as ${example}`, options);
}

/** Throws MLO_DATA where an option that may be left out is given, and none of `allowed`. */
export function checkChoice(what: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.some((each) => Object.is(each, value))) return;
  throw wrongArgument(what, allowed.map(describeValue).join(', '), value);
}

/** Throws MLO_DATA. */
export function checkWhole(what: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) throw wrongArgument(what, `a whole number from ${least}`, value);
}

/** A list, a typed array, or what else has a length and numbered entries. Throws MLO_DATA. */
export function checkList(what: string, value: unknown, entries: string): void {
  if (typeof value === 'object' && value !== null && Number.isSafeInteger((value as { readonly length?: unknown }).length)) return;
  throw wrongArgument(what, `a list of ${entries}`, value);
}

/** Short, in one line. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 5).join(', ')}`;
}
