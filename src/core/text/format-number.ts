/** A measured number in at most `digits` significant digits, integers whole: `0.9333`, `1.2e-7`, `60`, `NaN`. */
export function formatNumber(value: number, digits = 5): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(digits)));
}
