import { describe, expect, it } from 'vitest';
import { parseMoment, parseSpanOfTime } from '../../../src/core/search/moments.ts';

const NOW = new Date(2026, 10, 20, 15, 30).getTime();
const local = (...fields: [number, number, number?, number?, number?]): number =>
  new Date(fields[0], fields[1] - 1, fields[2] ?? 1, fields[3] ?? 0, fields[4] ?? 0).getTime();

describe('a moment', () => {
  it.each([
    ['2026-11', local(2026, 11), local(2026, 12)],
    ['2026-12', local(2026, 12), local(2027, 1)],
    ['2026-11-01', local(2026, 11, 1), local(2026, 11, 2)],
    ['2026-02-28', local(2026, 2, 28), local(2026, 3, 1)],
    ['2026-11-01 14:30', local(2026, 11, 1, 14, 30), local(2026, 11, 1, 14, 31)],
    ['2026-11-01T14:30Z', Date.UTC(2026, 10, 1, 14, 30), Date.UTC(2026, 10, 1, 14, 31)],
    ['2026-11-01T14:30:05Z', Date.UTC(2026, 10, 1, 14, 30, 5), Date.UTC(2026, 10, 1, 14, 30, 6)],
    ['2026-11-01T14:30:05.25Z', Date.UTC(2026, 10, 1, 14, 30, 5, 250), Date.UTC(2026, 10, 1, 14, 30, 5, 251)],
    ['2026-11-01T14:30:05+02:00', Date.UTC(2026, 10, 1, 12, 30, 5), Date.UTC(2026, 10, 1, 12, 30, 6)],
    ['2026-11-01T14:30:05 -0530', Date.UTC(2026, 10, 1, 20, 0, 5), Date.UTC(2026, 10, 1, 20, 0, 6)],
    ['now', NOW, NOW + 1],
    ['Today', local(2026, 11, 20), local(2026, 11, 21)],
    ['yesterday', local(2026, 11, 19), local(2026, 11, 20)],
    ['7d ago', NOW - 7 * 86_400_000, NOW - 7 * 86_400_000 + 1],
    ['1.5 hours ago', NOW - 5_400_000, NOW - 5_400_000 + 1],
    ['2w 1d ago', NOW - 15 * 86_400_000, NOW - 15 * 86_400_000 + 1],
  ])('%j is a span', (text, fromMs, toMs) => {
    expect(parseMoment(text, NOW)).toEqual({ fromMs, toMs });
  });

  it.each([
    '',
    '2026',
    '2026-13',
    '2026-02-30',
    '2026-11-01 25:00',
    '2026-11-01 14:60',
    '7d',
    'ago',
    '7 ago',
    '7 foo ago',
    'last week',
    '1700000000000',
  ])('%j is none', (text) => {
    expect(parseMoment(text, NOW)).toBeUndefined();
  });
});

it.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['5m', 300_000],
  ['5 min', 300_000],
  ['1.5h', 5_400_000],
  ['1h 30m', 5_400_000],
  ['1h30m', 5_400_000],
  ['2 days', 172_800_000],
  ['1 week', 604_800_000],
  ['1 month', undefined],
  ['90', undefined],
  ['', undefined],
  ['s', undefined],
])('%j lasts %j ms', (text, ms) => {
  expect(parseSpanOfTime(text)).toBe(ms);
});
