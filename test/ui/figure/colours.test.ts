import { describe, expect, it } from 'vitest';
import { INK, inkOn, MUTED, PAPER, shadeColour } from '../../../src/core/figure/colours.ts';

describe('the colours of shares', () => {
  it('run from the lightest to the darkest and stay within them', () => {
    expect([shadeColour(0), shadeColour(0.5), shadeColour(1)]).toEqual(['#f2f6fb', '#7d9bbe', '#084081']);
    expect([shadeColour(-1), shadeColour(2)]).toEqual([shadeColour(0), shadeColour(1)]);
    expect([inkOn(0), inkOn(1)]).toEqual([INK, PAPER]);
  });

  it('have an ink that can be read on every share: contrast of at least 4 to 1, where WCAG asks for 3 with large letters', () => {
    for (let percent = 0; percent <= 100; percent += 1) {
      const share = percent / 100;
      expect(contrast(shadeColour(share), inkOn(share)), `${percent} %`).toBeGreaterThanOrEqual(4);
    }
    expect(contrast(shadeColour(0), MUTED), 'a cell of nothing').toBeGreaterThanOrEqual(4);
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
