import { MloError } from '../../core/errors/mlo-error.ts';
import { printFilter, printOrder } from '../../core/search/print.ts';
import type { Position } from './order.ts';
import type { RunSearch } from './types.ts';

/**
 * A page token is base64url of `[check, position]` as JSON: where the page before ended, and a check sum of the search, so that a token is
 * not used with another one. Numbers that JSON cannot write stand in a list of one text.
 */
export function pageToken(search: RunSearch, { keys, startedMs, id }: Position): string {
  const written = keys.map((key) => (typeof key === 'number' && !Number.isFinite(key) ? [String(key)] : key));
  return Buffer.from(JSON.stringify([checkSum(search), written, startedMs, id])).toString('base64url');
}

/** @throws MLO_FILTER for what is no token of this search. */
export function readPageToken(search: RunSearch, token: string): Position {
  const [check, keys, startedMs, id] = parse(token);
  const isToken = typeof check === 'number' && Array.isArray(keys) && typeof startedMs === 'number' && typeof id === 'string';
  if (!isToken) throw refused('The page token is damaged.');
  if (check !== checkSum(search)) throw refused('The page token belongs to another search: filter, order and view must be the same.');
  return { keys: keys.map(readKey), startedMs, id };
}

function parse(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function readKey(key: unknown): string | number | null {
  if (key === null || typeof key === 'string' || typeof key === 'number') return key;
  if (Array.isArray(key) && (key[0] === 'Infinity' || key[0] === '-Infinity')) return Number(key[0]);
  throw refused('The page token is damaged.');
}

/** FNV-1a of 32 bits over the UTF-16 units of what decides which runs come and in which order. */
function checkSum({ filter, orderBy = [], view = 'active', topLevel = false }: RunSearch): number {
  const text = JSON.stringify([filter === undefined ? '' : printFilter(filter), printOrder(orderBy), view, topLevel]);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function refused(message: string): MloError {
  return new MloError('MLO_FILTER', message, { hint: 'Search again without a page token.' });
}
