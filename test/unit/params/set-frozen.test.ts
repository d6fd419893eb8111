import { describe, expect, test } from 'vitest';
import { setFrozenInText } from '../../../src/core/params/set-frozen.ts';

const TEXT = `# Stages
stages:
  a:
    cmd: echo a   # first
    outs: [a]

  # second
  b:
    foreach: [1, 2]
    do:
      cmd: echo b
  c:
    matrix: {x: [1, 2]}
    cmd: echo c
  d: {cmd: echo d}
  e:
    frozen: true
    cmd: echo e
  f:
    cmd: echo f
    frozen: true  # because it is slow
`;

function freeze(name: string, text = TEXT): string {
  return setFrozenInText('pipeline.yaml', text, name, true);
}

function unfreeze(name: string, text = TEXT): string {
  return setFrozenInText('pipeline.yaml', text, name, false);
}

describe('case 47: comments and order survive', () => {
  test.each([
    ['a', '    outs: [a]\n', '    outs: [a]\n    frozen: true\n'],
    ['b', '      cmd: echo b\n', '      cmd: echo b\n      frozen: true\n'],
    ['b@1', '      cmd: echo b\n', '      cmd: echo b\n      frozen: true\n'],
    ['c@2', '    cmd: echo c\n', '    cmd: echo c\n    frozen: true\n'],
    ['d', '{cmd: echo d}', '{cmd: echo d, frozen: true}'],
  ])('freezing %s adds one line', (name, before, after) => {
    expect(freeze(name)).toBe(TEXT.replace(before, after));
    expect(unfreeze(name, freeze(name))).toBe(name === 'd' ? TEXT.replace(before, '{cmd: echo d, frozen: false}') : TEXT);
  });

  test('unfreezing takes the line out, or says false where a comment would be lost', () => {
    expect(unfreeze('e')).toBe(TEXT.replace('    frozen: true\n    cmd: echo e\n', '    cmd: echo e\n'));
    expect(unfreeze('f')).toBe(TEXT.replace('frozen: true  # because', 'frozen: false  # because'));
  });

  test('what is so already stays as it is', () => {
    expect(freeze('e')).toBe(TEXT);
    expect(unfreeze('a')).toBe(TEXT);
  });
});

describe('refused', () => {
  test('an unknown stage, with the nearest name', () => {
    expect(() => freeze('evaluat', 'stages: {evaluate: {cmd: x}}')).toThrow(
      expect.objectContaining({
        code: 'MLO_TARGET',
        message: "there is no stage 'evaluat' in 'pipeline.yaml'",
        hint: "Did you mean 'evaluate'?",
      }),
    );
    expect(() => freeze('a', '')).toThrow(/there is no stage 'a'/);
  });

  test('a stage that shares its text with another', () => {
    expect(() => freeze('b', 'stages:\n  a: &x {cmd: y}\n  b: *x\n')).toThrow(/cannot be frozen without changing others/);
  });

  test('a file that is no YAML', () => {
    expect(() => freeze('a', 'stages: [')).toThrow(expect.objectContaining({ code: 'MLO_PIPELINE_SYNTAX' }));
  });
});
