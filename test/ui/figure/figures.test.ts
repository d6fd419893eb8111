import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { plotsSvg } from '../../../src/core/figure/draw-plots.ts';
import { GLYPHS, LETTER_SPACING } from '../../../src/core/figure/glyphs.ts';
import { STROKES } from '../../../src/core/figure/text.ts';
import { plotsHtml } from '../../../src/ui/figure/html-page.ts';
import { BARS, CONFUSION, HOSTILE, IMAGES, LINES, NASTY, SCATTER } from './plots.ts';

const ALL = [LINES, SCATTER, BARS, CONFUSION, IMAGES];
const NAMESPACE = /http:\/\/www\.w3\.org\/2000\/svg/g;

describe('pictures as SVG', () => {
  it.each(['text', 'strokes'] as const)('with letters as %s are well-formed XML, hostile names and all', async (letters) => {
    for (const plots of [ALL, NASTY]) {
      const svg = plotsSvg(plots, {}, letters);
      const { width, height } = await sharp(Buffer.from(svg)).metadata();
      expect([width, height]).toEqual([Number(/width="(\d+)"/.exec(svg)?.[1]), Number(/height="(\d+)"/.exec(svg)?.[1])]);
      expect(svg).not.toMatch(/<script|[\u0000-\u0008]|NaN|Infinity|undefined/);
    }
  });

  it('ask nothing of the network and run nothing', () => {
    const svg = plotsSvg([...ALL, ...NASTY], {}, 'text');
    expect(svg.replace(NAMESPACE, '')).not.toMatch(/https?:|url\(|@import|<foreignObject| on\w+=/);
    expect(Array.from(svg.matchAll(/href="([^"]{5})/g), ([, start]) => start)).toEqual(['data:', 'data:']);
  });

  it('have text as text of a generic font, or as strokes where no font is needed', () => {
    const text = plotsSvg([LINES], {}, 'text');
    expect(text).toContain('font-family="system-ui, sans-serif"');
    expect(text).toMatch(/<text [^>]*>Loss<\/text>/);
    expect(plotsSvg([LINES], {}, 'strokes')).not.toContain('<text');
  });

  it('break lines at NaN and mark what is infinite at the edge', () => {
    const svg = plotsSvg(
      [{ ...LINES, series: [{ name: 'a', revision: 'r', x: 'x', y: 'y', xs: [0, 1, 2, 3, 4], ys: [1, 2, Number.NaN, 3, Infinity] }] }],
      {},
      'text',
    );
    const path = /<path d="(M[^"]+)" fill="none"/.exec(svg)?.[1] ?? '';
    expect(path.match(/M/g)).toHaveLength(2);
    expect(svg).toMatch(/<path d="M[^"]+Z" fill="#/);
  });

  it('stay small however many points there are', () => {
    const many = Array.from({ length: 200_000 }, (_, step) => step);
    const series = [{ name: 'a', revision: 'r', x: 'x', y: 'y', xs: many, ys: many.map((step) => Math.sin(step * step)) }];
    expect(plotsSvg([{ ...LINES, series }], {}, 'text').length).toBeLessThan(100_000);
    expect(plotsHtml('many', [{ ...LINES, series }], {}).length).toBeLessThan(300_000);
  });

  it('as PNG have twice the size of the drawing and pixels of every colour', async () => {
    const svg = plotsSvg([LINES], {}, 'strokes');
    const { data, info } = await sharp(Buffer.from(svg), { density: 144 })
      .flatten({ background: 'white' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([1520, 2 * Number(/height="(\d+)"/.exec(svg)?.[1])]);
    const colours = new Set<string>();
    for (let at = 0; at < data.length; at += info.channels) colours.add(data.subarray(at, at + 3).toString('hex'));
    expect([...colours]).toEqual(expect.arrayContaining(['ffffff', '0072b2', 'd55e00']));
  });
});

describe('the HTML page', () => {
  const html = plotsHtml(HOSTILE, [...ALL, ...NASTY], {});

  it('runs nothing but its own script, which its policy names', () => {
    const scripts = Array.from(html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g));
    const running = scripts.filter(([, attributes]) => attributes === '');
    expect(running).toHaveLength(1);
    const hash = createHash('sha256')
      .update(running[0]?.[2] ?? '')
      .digest('base64');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    const style = createHash('sha256')
      .update(/<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '')
      .digest('base64');
    expect(policy).toContain(`style-src 'sha256-${style}'`);
    expect(html.replace(/<style>[\s\S]*?<\/style>/, '')).not.toMatch(/ style="| on[a-z]+="/);
  });

  it('asks nothing of the network', () => {
    expect(html.replace(NAMESPACE, '')).not.toMatch(/https?:|src="|@import|<link|url\(/);
  });

  it('keeps hostile names as text', () => {
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('alert("1")');
    expect(html).toContain('&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)');
    const data = Array.from(
      html.matchAll(/<script type="application\/json">([\s\S]*?)<\/script>/g),
      ([, json]) => JSON.parse(json as string) as { series: { name: string }[] },
    );
    expect(data.flatMap(({ series }) => series.map(({ name }) => name))).toContain(HOSTILE);
  });

  it('knows a value for each point that was drawn', () => {
    const [, json = '{}'] = /<script type="application\/json">([\s\S]*?)<\/script>/.exec(plotsHtml('t', [LINES], {})) ?? [];
    const { box, series } = JSON.parse(json) as { box: number[]; series: { px: number[]; py: number[]; x: string[]; y: string[] }[] };
    for (const { px, py, x, y } of series) {
      expect(new Set([px.length, py.length, x.length, y.length]).size).toBe(1);
      expect(px).toEqual(px.toSorted((a, b) => a - b));
      expect(px.every((each) => each >= (box[0] as number) - 0.1 && each <= (box[2] as number) + 0.1)).toBe(true);
      expect(x[0]).toBe('0');
      expect(y[0]).toBe('1');
    }
  });
});

describe('the font of pictures', () => {
  it('has every printable ASCII character', () => {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    expect(ascii.filter((character) => GLYPHS[character] === undefined)).toEqual([]);
  });

  it('is as wide as its letters and the spaces between them', () => {
    // At this size capitals have the height that glyphs are given in.
    const size = 14 / 0.72;
    const o = GLYPHS['o']!.width;
    expect(STROKES.width('', size)).toBe(0);
    expect(STROKES.width('o', size)).toBeCloseTo(o, 10);
    expect(STROKES.width('oo', 2 * size)).toBeCloseTo(2 * (2 * o + LETTER_SPACING), 10);
  });

  it('hangs on its anchor', () => {
    const shift = (anchor: 'start' | 'middle' | 'end'): number =>
      Number(/translate\((-?[\d.]+) 0\)">/.exec(STROKES.text('o', 50, 60, { size: 14, colour: '#000000', anchor }))?.[1]);
    expect([shift('start'), shift('middle'), shift('end')]).toEqual([0, -4, -8]);
  });
});
