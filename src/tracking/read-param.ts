import { parseCanonicalJson } from '../core/encoding/canonical-json.ts';
import type { Value } from '../core/value.ts';
import { RowDamage } from './sqlite-errors.ts';

/** The value of a param from its canonical JSON. Most are numbers and texts, which need no look at what is inside. Throws RowDamage. */
export function readParam(json: string): Value {
  if (json.length < 16 && /^-?\d+(\.\d+)?$/.test(json)) return Number(json);
  try {
    return json.startsWith('"') ? (JSON.parse(json) as string) : parseCanonicalJson(json);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RowDamage(`the value of a param cannot be read: ${error.message}`);
    throw error;
  }
}
