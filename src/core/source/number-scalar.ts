const INTEGER = /^[-+]?[0-9]+$/;
const BASED_INTEGER = /^0[ox][0-9a-fA-F]+$/;
const FLOAT = /[.eE]/;

/** An integer that a double cannot hold becomes a bigint, so that no digit is lost. */
export function exactInteger(value: number, written: string): number | bigint {
  if (Number.isSafeInteger(value)) return value;
  if (INTEGER.test(written)) return BigInt(written.replace(/^\+/, ''));
  if (BASED_INTEGER.test(written)) return BigInt(written);
  return value;
}

/** YAML and JSON tell `1.0` (a float) from `1`; JavaScript does not. */
export function isFloatText(written: string): boolean {
  return !BASED_INTEGER.test(written) && FLOAT.test(written);
}
