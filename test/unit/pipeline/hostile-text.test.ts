import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { setFrozenInText } from '../../../src/core/params/set-frozen.ts';
import { setParamInText } from '../../../src/core/params/set.ts';
import { load } from './pipeline-files.ts';

const TEXT = `vars: [{m: {a: 1, l: [1, 2]}}, v.yaml]
stages:
  one: &x
    cmd: echo \${m.a} \${m} "\${v}"
    wdir: sub
    deps: [a, "\${m.a}"]
    params: [k, {p.json: [a.b]}, {w.yaml: null}]
    outs:
    - o: {cache: false, persist: true}
    env: [HOME, {A: 1.0}]
  two:
    foreach: {k: {v: 1}, l: "\${m.l}"}
    do: {run: a.ts, outs: {n: "\${key}"}, seed: "\${m.a}", timeout: 5m}
  three:
    <<: *x
    matrix: {x: [1, {a: b}], y: "\${m.l}"}
    vars: [{q: 1}]
plots: [{p: {x: a, y: {f: [b]}}}]
artifacts: {m: {path: p}}
`;

const PIECES = [
  '',
  ' ',
  '\n',
  '\t',
  ':',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '&x',
  '*x',
  '<<: *x',
  '${',
  '}',
  '${m}',
  '\\',
  '|',
  '>',
  '!t',
  '?',
  '%',
  '@',
  '`',
  '\0',
  '\u{FEFF}',
  '\u{1F600}',
  'null',
  '1e999',
  '..',
  '/',
  '__proto__: {a: 1}',
  'cmd:',
  'foreach:',
  '\r',
];

/** The text with some places cut out and replaced by pieces that mean something to YAML or to us. */
const mutated = fc
  .array(fc.tuple(fc.nat(TEXT.length), fc.nat(12), fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 5 })
  .map((changes) => {
    let text = TEXT;
    for (const [at, length, piece] of changes) text = text.slice(0, at) + piece + text.slice(at + length);
    return text;
  });

function answer<Result>(work: () => Result): Result | MloError {
  try {
    return work();
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
}

test('whatever a pipeline file holds, it loads or tells what is wrong with it and where', () => {
  expect(answer(() => load({ 'pipeline.yaml': TEXT, 'v.yaml': 'v: V' }))).not.toBeInstanceOf(MloError);
  fc.assert(
    fc.property(mutated, (text) => {
      const result = answer(() => load({ 'pipeline.yaml': text, 'v.yaml': 'v: V' }));
      if (!(result instanceof MloError)) {
        expect(JSON.parse(JSON.stringify(result.pipeline))).toEqual(result.pipeline);
        return;
      }
      expect(result.problems.length).toBeGreaterThan(0);
      for (const problem of result.problems) {
        expect(problem.line).toBeGreaterThan(0);
        if (problem.source !== undefined) expect(problem.column).toBeLessThanOrEqual(problem.source.length + 1);
      }
    }),
    { numRuns: 400 },
  );
});

test('whatever a file holds, an edit changes what it must or refuses', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      answer(() => setParamInText('p.yaml', text, 'stages.one.wdir', 'x'));
      answer(() => setFrozenInText('pipeline.yaml', text, 'one', true));
    }),
    { numRuns: 400 },
  );
});
