import { expect, test } from 'vitest';
import { pythonFloatText } from '../../../src/core/encoding/number-text.ts';
import { fc } from '../../helpers/properties.ts';

test.each([
  [1, '1.0'],
  [-2.5, '-2.5'],
  [0, '0.0'],
  [-0, '-0.0'],
  [1e-4, '0.0001'],
  [1e-5, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.2345678901234567e19, '1.2345678901234567e+19'],
  [1e100, '1e+100'],
  [5e-324, '5e-324'],
  [0.1 + 0.2, '0.30000000000000004'],
  [123456789.123, '123456789.123'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [Number.NaN, 'nan'],
])('%s is %s, as Python’s repr writes it', (value, text) => {
  expect(pythonFloatText(value)).toBe(text);
});

test('reading the text gives the number back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = pythonFloatText(value);
      expect(Object.is(Number(text), value)).toBe(true);
      expect(text).toMatch(/[.e]/);
    }),
  );
});
