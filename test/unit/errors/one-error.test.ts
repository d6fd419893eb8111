import { describe, expect, test } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { errorOfProblems, oneError } from '../../../src/core/errors/one-error.ts';

const at = (file: string, line: number, message: string) => ({ file, line, column: 1, message });

describe('errors that were found side by side', () => {
  test('are told in the order of their places, under the code of the first', () => {
    const syntax = new MloError('MLO_PIPELINE_INVALID', 'x', { problems: [at('p', 9, 'shape')] });
    const graph = new MloError('MLO_GRAPH', 'y', { problems: [at('p', 3, 'cycle'), at('q', 1, 'overlap')] });
    const whole = oneError([syntax, graph]);
    expect(whole).toMatchObject({ code: 'MLO_PIPELINE_INVALID', message: '2 files have 3 problems' });
    expect(whole?.problems).toEqual([
      { ...at('p', 3, 'cycle'), code: 'MLO_GRAPH' },
      at('p', 9, 'shape'),
      { ...at('q', 1, 'overlap'), code: 'MLO_GRAPH' },
    ]);
  });

  test('one alone stays as it is, and so does one that the others only repeat', () => {
    const alone = new MloError('MLO_TARGET', 'no such stage', { details: { target: 't' } });
    expect(oneError([alone])).toBe(alone);
    expect(oneError([alone, new MloError('MLO_TARGET', 'no such stage')])).toBe(alone);
    expect(oneError([])).toBeUndefined();
  });

  test('one without a place is a problem of its own', () => {
    const whole = oneError([
      new MloError('MLO_TARGET', 'no such stage', { hint: 'Did you mean a?' }),
      new MloError('MLO_PARAMS', 'm', { problems: [at('p', 1, 'gone')] }),
    ]);
    expect(whole?.message).toBe('There are 2 problems');
    expect(whole?.problems).toEqual([
      { message: 'no such stage', hint: 'Did you mean a?' },
      { ...at('p', 1, 'gone'), code: 'MLO_PARAMS' },
    ]);
  });

  test('a single problem is the message, with its hint', () => {
    expect(errorOfProblems('MLO_GRAPH', [{ message: 'm', hint: 'h' }])).toMatchObject({ code: 'MLO_GRAPH', message: 'm', hint: 'h' });
    expect(errorOfProblems('MLO_GRAPH', [])).toBeUndefined();
  });
});
