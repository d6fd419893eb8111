import { describe, expect, it } from 'vitest';
import { MloError } from '../../src/core/errors/mlo-error.ts';
import { errorBody, errorLines } from '../../src/cli/render-error.ts';
import { plainStyle } from '../../src/ui/style.ts';

const VIEW = { verbose: false, secrets: [] };
const STYLE = plainStyle(80);

describe('an error for people', () => {
  it('says what, where with a caret, and what to do', () => {
    const error = new MloError('MLO_PIPELINE_INVALID', "unknown key 'dps' in stages.train", {
      problems: [
        {
          message: "unknown key 'dps' in stages.train",
          file: 'pipeline.yaml',
          line: 6,
          column: 5,
          source: '    dps: [a]',
          hint: 'Did you mean deps?',
        },
      ],
      hint: 'mlo stage show train',
    });
    expect(errorLines(error, STYLE, VIEW)).toEqual([
      "error[MLO_PIPELINE_INVALID]: unknown key 'dps' in stages.train",
      '  --> pipeline.yaml:6:5',
      '   |',
      ' 6 |     dps: [a]',
      '   |     ^',
      '   = Did you mean deps?',
      'hint: mlo stage show train',
    ]);
  });

  it('lists all problems with their own words', () => {
    const problems = [
      { message: 'no such param', file: 'pipeline.yaml', line: 12, column: 9, source: '\t\t- lr' },
      { message: 'a cycle: a → b → a' },
      { message: 'not valid', file: 'params.yaml' },
    ];
    expect(errorLines(new MloError('MLO_PIPELINE_INVALID', '3 problems', { problems }), STYLE, VIEW)).toEqual([
      'error[MLO_PIPELINE_INVALID]: 3 problems',
      '   --> pipeline.yaml:12:9',
      '    |',
      ' 12 |   - lr',
      '    |       ^ no such param',
      '  · a cycle: a → b → a',
      ' --> params.yaml',
      '  | not valid',
    ]);
  });

  it('shows the part of a long line around the caret', () => {
    const source = `${'x'.repeat(300)}HERE${'y'.repeat(300)}`;
    const problem = { message: 'here', file: 'f', line: 1, column: 301, source };
    const lines = errorLines(new MloError('MLO_TEMPLATE', 'bad', { problems: [problem] }), STYLE, VIEW);
    const [text, caret] = [lines[3]!, lines[4]!];
    expect(text.length).toBeLessThanOrEqual(80);
    expect(text.slice(caret.indexOf('^'), caret.indexOf('^') + 4)).toBe('HERE');
  });

  it('names causes once and shows no stack of known errors', () => {
    const cause = new Error('disk full', { cause: new Error('ENOSPC') });
    const lines = errorLines(new MloError('MLO_CACHE_IO', 'Cannot store data/x', { cause }), STYLE, VIEW);
    expect(lines).toEqual(['error[MLO_CACHE_IO]: Cannot store data/x', '  caused by: disk full', '  caused by: ENOSPC']);
    expect(errorLines(new MloError('MLO_CACHE_IO', 'disk full: x', { cause: new Error('disk full') }), STYLE, VIEW)).toHaveLength(1);
    expect(errorLines(new MloError('MLO_CACHE_IO', 'x'), STYLE, { ...VIEW, verbose: true }).join('\n')).toMatch(/\n\s+at /);
  });

  it('that is a fault of mlo shows its stack and asks for a report', () => {
    const lines = errorLines(new TypeError('x is undefined'), STYLE, VIEW);
    expect(lines[0]).toBe('error[MLO_INTERNAL]: x is undefined');
    expect(lines.some((line) => /^\s+at .*render-error\.test\.ts/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^hint: this is a fault of mlo/);
  });

  it('cannot be forged by what it quotes', () => {
    expect(errorLines(new MloError('MLO_TARGET', "no stage 'a\u001b[2Jb'"), STYLE, VIEW)).toEqual([
      "error[MLO_TARGET]: no stage 'a\\x1b[2Jb'",
    ]);
  });

  it('does not repeat the hint of a problem', () => {
    const error = new MloError('MLO_PARAMS', 'x', {
      hint: 'Did you mean lr?',
      problems: [{ message: 'x', file: 'p', hint: 'Did you mean lr?' }],
    });
    expect(errorLines(error, STYLE, VIEW).filter((line) => line.includes('Did you mean'))).toHaveLength(1);
  });
});

describe('an error as JSON', () => {
  it('has code, message, hint and details with all problems, each with its own code', () => {
    const error = new MloError('MLO_TARGET', 'No stage trian', {
      hint: 'Did you mean train?',
      details: { target: 'trian' },
      problems: [
        { message: 'm', file: 'f' },
        { message: 'n', code: 'MLO_PARAMS' },
      ],
    });
    expect(errorBody(error, VIEW)).toEqual({
      code: 'MLO_TARGET',
      message: 'No stage trian',
      hint: 'Did you mean train?',
      details: {
        target: 'trian',
        problems: [
          { code: 'MLO_TARGET', message: 'm', file: 'f' },
          { code: 'MLO_PARAMS', message: 'n' },
        ],
      },
    });
  });

  it('never holds a secret', () => {
    const secrets = ['hunter2hunter2'];
    const error = new MloError('MLO_GIT', 'push to https://me:pa55@host/ failed with hunter2hunter2', {
      details: { nested: [{ env: 'hunter2hunter2' }] },
      hint: 'password=abc',
    });
    const text =
      JSON.stringify(errorBody(error, { verbose: true, secrets })) + errorLines(error, STYLE, { verbose: true, secrets }).join('\n');
    expect(text).not.toMatch(/hunter2|pa55|abc/);
    expect(text).toContain('https://me:***@host/');
  });
});
