import type { Value } from '../value.ts';

/** A value as typed after a command: JSON where it is some (`0.1`, `true`, `null`, `[1, 2]`, `"5"`), else the text itself. Whole numbers keep all their digits. */
export function typedValue(text: string): Value {
  if (/^-?(?:0|[1-9]\d*)$/.test(text) && !Number.isSafeInteger(Number(text))) return BigInt(text);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
