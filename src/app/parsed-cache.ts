import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../core/content.ts';
import type { ProjectPath } from '../core/stage.ts';
import { hashBytes } from '../fs/hash.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';

/** Raised when what parsing yields changes, so that results of an older mlo are not used. */
const PARSED_SCHEMA = 5;

interface Stored<T> {
  readonly schema: number;
  readonly about: string;
  /** Every source that was asked for, with its digest, or null where there was no file. */
  readonly sources: readonly (readonly [ProjectPath, Digest | null])[];
  readonly value: T;
}

export type ReadText = (path: ProjectPath) => string | undefined;

/**
 * A parse result kept in `.mlo/state` under the digests of its sources, because parsing YAML is the
 * slowest part of a command that has nothing to do. A line of JSON, and one with its BLAKE3. Disposable: anything odd about it is a miss.
 * `about` tells results of different requests apart.
 */
export function readParsed<T>(stateDir: string, name: string, about: string, readText: ReadText): T | undefined {
  const stored = load<T>(stateDir, name);
  if (stored === undefined || stored.schema !== PARSED_SCHEMA || stored.about !== about) return undefined;
  const current = stored.sources.every(([path, digest]) => digestOf(readText(path)) === digest);
  return current ? stored.value : undefined;
}

/** `value` must survive JSON unchanged. */
export function writeParsed<T>(
  stateDir: string,
  name: string,
  about: string,
  sources: readonly ProjectPath[],
  value: T,
  readText: ReadText,
): void {
  const stored: Stored<T> = {
    schema: PARSED_SCHEMA,
    about,
    sources: [...new Set(sources)].map((path) => [path, digestOf(readText(path))] as const),
    value,
  };
  const text = JSON.stringify(stored);
  writeFileAtomic(fileOf(stateDir, name), `${text}\n${hashBytes(text)}\n`);
}

function load<T>(stateDir: string, name: string): Stored<T> | undefined {
  try {
    const [text = '', digest] = readFileSync(fileOf(stateDir, name), 'utf8').split('\n');
    return digest === hashBytes(text) ? (JSON.parse(text) as Stored<T>) : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(stateDir: string, name: string): string {
  return join(stateDir, `${name}.json`);
}

function digestOf(text: string | undefined): Digest | null {
  return text === undefined ? null : hashBytes(text);
}
