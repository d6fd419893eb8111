import { canonicalJson } from '../core/encoding/canonical-json.ts';
import type { RunId } from '../core/run.ts';
import type { Value } from '../core/value.ts';
import { isSameNumber } from '../core/params/same-number.ts';
import { paramConflict } from './errors.ts';

/** Canonical JSON by key: what a run's params are, written or waiting to be. */
export type KnownParams = Map<string, string>;

/**
 * Encodes params and leaves out those that say nothing new, so that a contradiction is an error
 * where it is made and not when the batch is written.
 * @throws MLO_TRACKING naming the old and the new value; nothing is taken over then.
 */
export function newParams(id: RunId, known: KnownParams, params: { readonly [key: string]: Value }): [key: string, json: string][] {
  const fresh: [string, string][] = [];
  for (const [text, value] of Object.entries(params)) {
    // As SQLite will store it, so that two spellings of one stored key are seen to be one.
    const key = text.toWellFormed();
    const json = canonicalJson(value);
    const old = known.get(key);
    if (old === undefined) fresh.push([key, json]);
    else if (!isSameParam(old, json)) throw paramConflict(id, key, old, json);
  }
  for (const [key, json] of fresh) known.set(key, json);
  return fresh;
}

/**
 * Whether logging the one after the other says nothing new. Both are canonical JSON, in which a number has one spelling;
 * two texts are the same also where they spell one number, as clients that know texts alone send it.
 */
export function isSameParam(old: string, json: string): boolean {
  return old === json || (old.startsWith('"') && json.startsWith('"') && isSameNumber(old.slice(1, -1), json.slice(1, -1)));
}
