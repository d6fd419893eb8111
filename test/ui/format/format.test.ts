import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/ui/format/bytes.ts';
import { formatDuration } from '../../../src/ui/format/duration.ts';
import { count, formatCount, formatNumber } from '../../../src/ui/format/number.ts';
import { printable } from '../../../src/ui/format/printable.ts';
import { padEnd, textWidth, truncate } from '../../../src/ui/format/text-width.ts';
import { valueLines, valueText } from '../../../src/ui/format/value-text.ts';
import { wrapWords } from '../../../src/ui/format/wrap.ts';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [99.4, '99 ms'],
    [420, '0.42 s'],
    [994.9, '0.99 s'],
    [999, '1.0 s'],
    [4_230, '4.2 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_700, '1 min 00 s'],
    [184_000, '3 min 04 s'],
    [3_599_000, '59 min 59 s'],
    [7_500_000, '2 h 05 min'],
    [86_369_000, '23 h 59 min'],
    [86_370_000, '1 d 00 h'],
    [100 * 3_600_000, '4 d 04 h'],
    [-1, '?'],
    [NaN, '?'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3120, '3.1 kB'],
    [99_949, '99.9 kB'],
    [99_960, '100 kB'],
    [999_999, '1.0 MB'],
    [1.2e9, '1.2 GB'],
    [5e18, '5000 PB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('numbers', () => {
  it('counts with the right word and groups of three digits', () => {
    expect([count(0, 'stage'), count(1, 'stage'), count(1031, 'stage'), count(2, 'entry', 'entries')]).toEqual([
      '0 stages',
      '1 stage',
      '1,031 stages',
      '2 entries',
    ]);
    expect([999, 1_234_567, -1234, 1234.5678, 2 / 3].map(formatCount)).toEqual([
      '999',
      '1,234,567',
      '-1,234',
      '1,234.5678',
      '0.6666666666666666',
    ]);
  });

  it('shows measured numbers in five digits and integers whole', () => {
    expect([0.933333333, 1.2345678e-7, 123456789, NaN, -Infinity].map((value) => formatNumber(value))).toEqual([
      '0.93333',
      '1.2346e-7',
      '123456789',
      'NaN',
      '-Infinity',
    ]);
  });
});

describe('text width', () => {
  it.each([
    ['train', 5],
    ['', 0],
    ['\u001b[31mred\u001b[39m', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['→ ✓', 3],
    ['ｆｕｌｌ', 8],
  ])('%j takes %d columns', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('is the same for a text that is taken at a glance and for one that is cut into graphemes', () => {
    const cut = (character: string): number => textWidth(`漢${character}`) - 2;
    const latinAndSigns = Array.from({ length: 0x2800 }, (_, code) => String.fromCharCode(code)).filter(
      (each) => each < '\u0300' || each >= '\u2010',
    );
    const differ = latinAndSigns.filter((each) => textWidth(each) !== cut(each) && !/\p{Default_Ignorable_Code_Point}/u.test(each));
    expect(differ).toEqual([]);
    expect(textWidth('✓ ran │ → … ↺ ░█')).toBe(16);
  });

  it('cuts to whole characters with an ellipsis', () => {
    expect(truncate('data_split', 6)).toBe('data_…');
    expect(truncate('日本語です', 6)).toBe('日本…');
    expect(truncate('short', 5)).toBe('short');
    expect(truncate('long', 2, '...')).toBe('lo');
  });

  it('pads by columns, not by characters', () => {
    expect(padEnd('日本', 6)).toBe('日本  ');
  });
});

describe('what comes from files', () => {
  it('cannot move the cursor or forge a line', () => {
    expect(printable('a\u001b[2Jb\nc\rd\u202ee')).toBe('a\\x1b[2Jb\\nc\\rd\\u202ee');
    expect(printable('plain ✓ 日本')).toBe('plain ✓ 日本');
  });
});

describe('values', () => {
  it('are written so that a string never looks like something else', () => {
    expect(['yes', '1.0', 'null', 'a: b', '', 'two words', 'x\ny'].map(valueText)).toEqual([
      '"yes"',
      '"1.0"',
      '"null"',
      '"a: b"',
      '""',
      'two words',
      '"x\\ny"',
    ]);
    expect([1, 1n, true, null, NaN, -Infinity].map(valueText)).toEqual(['1', '1', 'true', 'null', '.nan', '-.inf']);
    expect(valueText({ a: [1, { b: 'c' }], d: {} })).toBe('{a: [1, {b: c}], d: {}}');
  });

  it('are nested as in YAML', () => {
    const lines = valueLines({ cmd: 'first\nsecond\n', deps: ['a', { path: 'b', cache: false }], empty: [], deep: { list: [[1, 2]] } });
    expect(lines).toEqual([
      'cmd: |',
      '  first',
      '  second',
      'deps:',
      '  - a',
      '  - path: b',
      '    cache: false',
      'empty: []',
      'deep:',
      '  list:',
      '    - - 1',
      '      - 2',
    ]);
  });
});

describe('wrapping', () => {
  it('breaks between words and leaves long words whole', () => {
    expect(wrapWords('one two three abcdefghijklm', 8)).toEqual(['one two', 'three', 'abcdefghijklm']);
  });
});
