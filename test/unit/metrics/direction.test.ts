import { describe, expect, it } from 'vitest';
import { metricDirection } from '../../../src/core/metrics/direction.ts';

const none = { higher: [], lower: [] };

describe('whether more of a metric is better', () => {
  it.each([
    ['loss', 'lower'],
    ['val_loss', 'lower'],
    ['valLoss', 'lower'],
    ['test/RMSE', 'lower'],
    ['accuracy', 'higher'],
    ['val_accuracy', 'higher'],
    ['class.0.f1', 'higher'],
    ['f1_score', 'higher'],
    ['accuracy_error', 'lower'],
    ['lossless', undefined],
    ['learning_rate', undefined],
    ['', undefined],
  ] as const)('of %s: %s', (name, direction) => {
    expect(metricDirection(name, none)).toBe(direction);
  });

  it('is what the rules say before what the name says', () => {
    expect(metricDirection('loss', { higher: ['lo*'], lower: [] })).toBe('higher');
    expect(metricDirection('p95_ms', { higher: [], lower: ['*_ms'] })).toBe('lower');
    expect(metricDirection('p95_ms', { higher: ['p95'], lower: ['ms'] })).toBeUndefined();
  });
});
