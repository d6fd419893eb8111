import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { colourOf, inkOn } from '../../../stages/lib/colour-scale.ts';
import { confusionFigure } from '../../../stages/lib/confusion-figure.ts';
import { GLYPHS } from '../../../stages/lib/glyphs.ts';
import { renderPng } from '../../../stages/lib/png.ts';
import { svgText, textWidth } from '../../../stages/lib/svg-text.ts';

const WORDS = { title: 'Confusion matrix', subtitle: 'Iris test set, 45 flowers, accuracy 95.6 %' };
const NAMES = ['setosa', 'versicolor', 'virginica'];
const MATRIX = [
  [15, 0, 0],
  [0, 14, 1],
  [0, 2, 13],
];

describe('confusionFigure', () => {
  test('draws its text itself, so that no font of the system is asked for', () => {
    const svg = confusionFigure(MATRIX, NAMES, WORDS);
    expect(svg).not.toMatch(/<text|font/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('colours a cell by its share of the row', () => {
    const svg = confusionFigure(
      [
        [3, 1],
        [0, 0],
      ],
      ['a', 'b'],
      WORDS,
    );
    const cells = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" width="200" height="200" rx="8" fill="(#\w+)"/g)].map((match) => match[3]);
    expect(cells).toEqual([colourOf(0.75), colourOf(0.25), colourOf(0), colourOf(0)]);
  });

  test('grows with the number of classes and the length of their names', () => {
    const widthOf = (svg: string): number => Number(/width="(\d+)"/.exec(svg)?.[1]);
    const two = widthOf(
      confusionFigure(
        [
          [1, 0],
          [0, 1],
        ],
        ['a', 'b'],
        WORDS,
      ),
    );
    const three = widthOf(confusionFigure(MATRIX, ['a', 'b', 'c'], WORDS));
    expect(three - two).toBe(206);
    expect(widthOf(confusionFigure(MATRIX, NAMES, WORDS))).toBeGreaterThan(three);
  });

  // Equal on x64 and arm64 with sharp 0.35.5. A new sharp may change it: look at the picture before you change the digest.
  test('becomes the same bytes everywhere', async () => {
    const png = await renderPng(confusionFigure(MATRIX, NAMES, WORDS));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(createHash('sha256').update(png).digest('hex')).toBe('6b4d07ecc3b65466aff51554ba2c224587af6a7c1289282182968bcfdd987193');
  });
});

describe('svgText', () => {
  const style = { size: 14, colour: '#000000' };

  test('has every letter, digit and the punctuation of the pictures', () => {
    const text = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 .,:-_/()%';
    expect(svgText(text, 0, 0, style).match(/<path/g)).toHaveLength(text.replaceAll(' ', '').length);
    expect(Object.keys(GLYPHS).toSorted()).toEqual([...new Set(text)].toSorted());
  });

  test('says where to add a character that it does not have', () => {
    expect(() => svgText('é', 0, 0, style)).toThrow('the font of stages/lib/glyphs.ts has no "é": add it there');
  });

  test('is as wide as its letters and the spaces between them', () => {
    expect(textWidth('', 14)).toBe(0);
    expect(textWidth('o', 14)).toBe(GLYPHS['o']!.width);
    expect(textWidth('oo', 28)).toBeCloseTo(2 * (2 * GLYPHS['o']!.width + 3.1), 10);
  });

  test('hangs on its anchor', () => {
    const shift = (anchor: 'start' | 'middle' | 'end'): number =>
      Number(/translate\((-?[\d.]+) 0\)"/.exec(svgText('o', 50, 60, { ...style, anchor }))?.[1]);
    expect([shift('start'), shift('middle'), shift('end')]).toEqual([0, -4, -8]);
  });
});

describe('the colour scale', () => {
  test('runs from the lightest to the darkest colour and stays within them', () => {
    expect([colourOf(0), colourOf(0.5), colourOf(1)]).toEqual(['#f4f7fb', '#78aed6', '#0a4280']);
    expect([colourOf(-1), colourOf(2)]).toEqual([colourOf(0), colourOf(1)]);
  });

  test('its ink can be read on every share: contrast of at least 4 to 1, where WCAG asks for 3 with letters as large as these', () => {
    for (let percent = 0; percent <= 100; percent += 1) {
      const share = percent / 100;
      expect(contrast(colourOf(share), inkOn(share)), `${percent} %`).toBeGreaterThanOrEqual(4);
    }
  });
});

function contrast(first: string, second: string): number {
  const [light, dark] = [luminance(first), luminance(second)].toSorted((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
