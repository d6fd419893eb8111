import { isDigest, type Digest } from '../../core/content.ts';

/** A line says something that no line of the format can say. */
export class LineFault extends Error {}

/** Milliseconds that a Date can hold. */
const LATEST_MS = 8.64e15;

/** The members of a JSON object that anybody may have written; each function checks the one that it names, and throws LineFault. */
export interface Fields {
  entries(): [key: string, value: unknown][];
  text(key: string): string;
  textOrNull(key: string): string | null;
  /** A text that is not empty. */
  name(key: string): string;
  flag(key: string): boolean;
  /** A safe integer. */
  whole(key: string): number;
  size(key: string): number;
  /** Unix milliseconds, whole. */
  time(key: string): number;
  digest(key: string): Digest;
  matching(key: string, pattern: RegExp): string;
  oneOf<T extends string>(key: string, choices: readonly T[]): T;
  wholes(key: string): Float64Array;
  /** NaN and the infinities as strings. */
  numbers(key: string): Float64Array;
  fields(key: string): Fields;
  list(key: string): Fields[];
  optionalFields(key: string): Fields | undefined;
  optionalText<K extends string>(key: K): { [P in K]?: string };
  optionalTime<K extends string>(key: K): { [P in K]?: number };
  optionalSize<K extends string>(key: K): { [P in K]?: number };
  optionalDigest<K extends string>(key: K): { [P in K]?: Digest };
  optionalMatching<K extends string>(key: K, pattern: RegExp): { [P in K]?: string };
  optionalOneOf<K extends string, const T extends string>(key: K, choices: readonly T[]): { [P in K]?: T };
}

/** `what` is what an error calls the object. */
export function fields(object: unknown, what: string): Fields {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new LineFault(`${what} is no JSON object`);
  const value = (key: string): unknown => (Object.hasOwn(object, key) ? (object as { [key: string]: unknown })[key] : undefined);

  function checked<T>(key: string, expected: string, read: (found: unknown) => T | undefined): T {
    const found = value(key);
    const result = found === undefined ? undefined : read(found);
    if (result === undefined) throw new LineFault(`${what}: ${key} must be ${expected}, found ${shown(found)}`);
    return result;
  }

  function optional<K extends string, T>(key: K, read: (key: string) => T): { [P in K]?: T } {
    return (value(key) === undefined ? {} : { [key]: read(key) }) as { [P in K]?: T };
  }

  const wholeFrom = (least: number, most: number) => (found: unknown) =>
    Number.isSafeInteger(found) && (found as number) >= least && (found as number) <= most ? (found as number) : undefined;

  const self: Fields = {
    entries: () => Object.entries(object),
    text: (key) => checked(key, 'a text', asText),
    textOrNull: (key) => (value(key) === null ? null : checked(key, 'a text or null', asText)),
    name: (key) => checked(key, 'a text that is not empty', (found) => (found === '' ? undefined : asText(found))),
    flag: (key) => checked(key, 'true or false', (found) => (typeof found === 'boolean' ? found : undefined)),
    whole: (key) => checked(key, 'a whole number', wholeFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
    size: (key) => checked(key, 'a whole number from 0 on', wholeFrom(0, Number.MAX_SAFE_INTEGER)),
    time: (key) => checked(key, 'milliseconds since 1970', wholeFrom(-LATEST_MS, LATEST_MS)),
    digest: (key) => checked(key, 'a digest', (found) => (isDigest(found) ? found : undefined)),
    matching: (key, pattern) =>
      checked(key, String(pattern), (found) => (typeof found === 'string' && pattern.test(found) ? found : undefined)),
    oneOf: (key, choices) => checked(key, choices.join(', '), (found) => choices.find((choice) => choice === found)),
    wholes: (key) => checked(key, 'a list of whole numbers', (found) => column(found, Number.isSafeInteger)),
    numbers: (key) => checked(key, 'a list of numbers', (found) => column(found, (each) => typeof each === 'number', SPECIAL)),
    fields: (key) => fields(value(key), `${key} of ${what}`),
    list: (key) =>
      checked(key, 'a list', (found) => (Array.isArray(found) ? found : undefined)).map((entry, at) => fields(entry, `${key}[${at}]`)),
    optionalFields: (key) => (value(key) === undefined ? undefined : self.fields(key)),
    optionalText: (key) => optional(key, self.text),
    optionalTime: (key) => optional(key, self.time),
    optionalSize: (key) => optional(key, self.size),
    optionalDigest: (key) => optional(key, self.digest),
    optionalMatching: (key, pattern) => optional(key, () => self.matching(key, pattern)),
    optionalOneOf: (key, choices) => optional(key, () => self.oneOf(key, choices)),
  };
  return self;
}

/** SQLite stores well-formed text only. */
function asText(found: unknown): string | undefined {
  return typeof found === 'string' ? found.toWellFormed() : undefined;
}

const SPECIAL = new Map<unknown, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const NONE: ReadonlyMap<unknown, number> = new Map();

function column(found: unknown, holds: (each: unknown) => boolean, special = NONE): Float64Array | undefined {
  if (!Array.isArray(found)) return undefined;
  const result = new Float64Array(found.length);
  for (let at = 0; at < found.length; at += 1) {
    const each: unknown = found[at];
    const number = holds(each) ? (each as number) : special.get(each);
    if (number === undefined) return undefined;
    result[at] = number;
  }
  return result;
}

function shown(found: unknown): string {
  // Numbers that keep all their digits are no JSON.
  const text = JSON.stringify(found, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
