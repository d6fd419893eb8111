import { isDigest } from '../content.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';
import type { LockedContent } from './types.ts';

/** What is wrong with a record of a lock or of the run-cache, which anybody may have written; undefined where all of it has the type that it should have. Whether paths are safe is not asked here. */
export function recordFault(record: ValueMap): string | undefined {
  for (const [key, { holds, expected }] of SCALARS)
    if (record[key] !== undefined && !holds(record[key])) return `"${key}" is not ${expected}`;
  for (const [section, { holds, expected }] of SECTIONS) {
    const map = record[section];
    if (map === undefined) continue;
    if (!isMap(map)) return `"${section}" is not an object`;
    for (const key in map) if (!holds(map[key])) return `${section} '${key}' is not ${expected}`;
  }
  return undefined;
}

/** A file or tree as locks and pointers have it. */
export function isLockedContent(value: unknown): value is LockedContent {
  if (!isMap(value) || !isDigest(value['digest'])) return false;
  const { size, kind, files, mode, etag, version } = value;
  return (
    isCount(size) &&
    (kind === undefined || kind === 'tree' || kind === 'symlink') &&
    (files === undefined || isCount(files)) &&
    (mode === undefined || mode === 'exec') &&
    (etag === undefined || isText(etag)) &&
    (version === undefined || isText(version))
  );
}

interface Rule {
  readonly holds: (value: Value | undefined) => boolean;
  readonly expected: string;
}

const TEXT: Rule = { holds: isText, expected: 'a text' };
const NUMBER: Rule = { holds: (value) => typeof value === 'number' || typeof value === 'bigint', expected: 'a number' };

const SCALARS: readonly (readonly [string, Rule])[] = [
  ['cmd', { holds: (value) => isText(value) || (Array.isArray(value) && value.every(isText)), expected: 'a text or a list of texts' }],
  ['run', TEXT],
  ['shell', TEXT],
  ['wdir', TEXT],
  ['backend', TEXT],
  ['seed', NUMBER],
  ['stageApi', NUMBER],
];

const CONTENT: Rule = { holds: isLockedContent, expected: 'a digest with a size' };

const SECTIONS: readonly (readonly [string, Rule])[] = [
  ['deps', CONTENT],
  ['outs', CONTENT],
  ['code', { holds: (value) => value === 'missing' || isDigest(value), expected: 'a digest' }],
  ['env', { holds: isDigest, expected: 'a digest' }],
  ['packages', TEXT],
  ['params', { holds: isMap, expected: 'an object' }],
  ['names', { holds: (value) => isMap(value) && Object.values(value).every(isText), expected: 'an object of texts' }],
];

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isCount(value: Value | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
