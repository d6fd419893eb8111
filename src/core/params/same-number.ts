const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Whether two texts are decimal numbers of the same value, however written (`1e-05`, `0.00001`). Exact, however many digits. */
export function isSameNumber(a: string, b: string): boolean {
  const normal = normalized(a);
  return normal !== undefined && normal === normalized(b);
}

/** Sign, digits without zeros at either end, exponent of the last one. */
function normalized(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign === '-' ? '-' : ''}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}
