import { describe, expect, it } from 'vitest';
import { confusionChart } from '../../../src/ui/chart/confusion-chart.ts';
import { lineChart } from '../../../src/ui/chart/line-chart.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { createStyle, plainStyle } from '../../../src/ui/style.ts';
import { CHART_CASES } from './cases.ts';
import { fc } from '../../helpers/properties.ts';

const WIDTHS = [40, 80, 120];

describe('charts', () => {
  it.each(WIDTHS.flatMap((width) => [true, false].map((unicode) => [width, unicode] as const)))(
    'of %d columns (Unicode: %s) look as they were approved',
    async (width, unicode) => {
      const style = plainStyle(width, unicode);
      const pictures = Object.entries(CHART_CASES).map(([name, draw]) => `== ${name} ==\n${draw(style).join('\n')}\n`);
      await expect(pictures.join('\n')).toMatchFileSnapshot(`golden/${width}-${unicode ? 'unicode' : 'ascii'}.txt`);
    },
  );

  it.each(Object.keys(CHART_CASES))('%s: never wider than the terminal, and ASCII where that is asked for', (name) => {
    for (const width of [20, 33, 40, 80, 120, 200]) {
      const lines = CHART_CASES[name]?.(plainStyle(width, false)) ?? [];
      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
      expect(lines.join('\n')).toMatch(/^[\n\x20-\x7e]+$/);
    }
  });

  it('hold for any numbers: no line is too wide, no label is NaN', () => {
    const anything = fc.oneof(
      { weight: 5, arbitrary: fc.double() },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1e308, -1e308, 5e-324) },
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(anything, { minLength: 0, maxLength: 50 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 20, max: 100 }),
        fc.boolean(),
        fc.boolean(),
        (all, width, logY, unicode) => {
          const series = all.map((ys, index) => ({ name: `s${index}`, xs: ys.map((_, step) => step), ys }));
          const lines = lineChart(series, { title: 't', logY, height: 7 }, plainStyle(width, unicode));
          expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
          expect(lines.join('\n')).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });

  it('show names as they are printed safely', () => {
    const series = [{ name: 'a\u001b[31mb', xs: [1, 2], ys: [1, 2] }];
    const lines = lineChart([...series, { ...series[0], name: 'c\nd', xs: [1], ys: [1] }], { title: 'x\u0007y' }, plainStyle(60));
    expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(lines[0]).toBe('x\\x07y');
  });

  it('give each series a colour of its own, and nobody the axis', async () => {
    const style = await createStyle({ level: 1, unicode: true, width: 60 });
    const series = ['a', 'b'].map((name, index) => ({
      name,
      xs: [0, 1, 2, 3, 4, 5, 6, 7],
      ys: [0, 1, 2, 3, 4, 5, 6, 7].map((y) => y * (index + 1)),
    }));
    const text = lineChart(series, {}, style).join('\n');
    expect(text).toContain('\u001b[36m●\u001b[39m a');
    expect(text).toContain('\u001b[33m■\u001b[39m b');
  });

  it('of two classes that differ in the order of rows and columns colour the right cells', async () => {
    const style = await createStyle({ level: 1, unicode: true, width: 60 });
    const matrix = {
      rows: ['yes', 'no'],
      columns: ['no', 'yes'],
      counts: [
        [1, 9],
        [8, 2],
      ],
    };
    const lines = confusionChart(matrix, { normalized: false }, style);
    expect(lines.join('\n')).toContain(`9 ${style.green('██')}`);
    expect(confusionChart(matrix, { normalized: false }, plainStyle(60))).toEqual([
      '       predicted →',
      'actual no   yes',
      'yes    1 ░░ 9 ██',
      'no     8 ██ 2 ░░',
    ]);
  });
});
