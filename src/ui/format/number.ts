/** `1 stage`, `5 stages`; thousands are grouped. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${formatCount(amount)} ${amount === 1 ? one : many}`;
}

export function formatCount(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A measured number in at most `digits` significant digits, integers whole: `0.9333`, `1.2e-7`, `60`, `NaN`. */
export function formatNumber(value: number, digits = 5): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(digits)));
}
