import { expect, it } from 'vitest';
import { nearest } from '../../../src/core/text/nearest.ts';

it.each([
  ['trian', 'train'],
  ['tarin', 'train'],
  ['evalaute', 'evaluate'],
  ['TRAIN', 'train'],
  ['evaluat', 'evaluate'],
  ['lod', 'load'],
  ['learning_rat', 'learning_rate'],
])('%s most likely means %s', (typed, meant) => {
  expect(nearest(typed, ['load', 'split', 'train', 'evaluate', 'learning_rate'])).toBe(meant);
});

it.each(['plot', 'rtian', 'x', ''])('%j means nothing that there is', (typed) => {
  expect(nearest(typed, ['load', 'train', 'evaluate'])).toBeUndefined();
});

it('two letters that changed places are one edit, so that they come before two others', () => {
  expect(nearest('epohcs', ['epoxys', 'epochs'])).toBe('epochs');
});
