import { MloError } from '../errors/mlo-error.ts';

export interface DataErrorOptions {
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
  readonly cause?: unknown;
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
}

/** `<path>: <what>: expected …, found …`, as MLO_DATA; with a line also `<path>:<line>:<column>`. */
export function dataError(path: string, what: string, options: DataErrorOptions = {}): MloError {
  const { expected, found, hint, cause, line, column } = options;
  const wanted = [expected === undefined ? [] : [`expected ${expected}`], found === undefined ? [] : [`found ${found}`]].flat().join(', ');
  const message = wanted === '' ? what : `${what}: ${wanted}`;
  const place = [path, ...(line === undefined ? [] : [line]), ...(column === undefined ? [] : [column])].join(':');
  return new MloError('MLO_DATA', `${place}: ${message}`, {
    details: { path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en')} bytes`;
}
