import { describe, expect, test } from 'vitest';
import { errorOf, load, placeOf } from './pipeline-files.ts';

/** Each: the body of a stage and the problem that it must give, or `name: message` of its definition. */
const WRONG: readonly (readonly [body: readonly string[], message: RegExp])[] = [
  [['cmd: echo', 'outz: [a]'], /unknown key 'outz'/],
  [['desc: no command'], /'cmd' is missing/],
  [['cmd: a', 'run: b.ts'], /cannot stand together/],
  [['cmd: [1]'], /expected a command as text/],
  [['cmd:', '  a: b'], /expected a command, or a list of commands, found a map/],
  [['cmd: a', 'deps: a'], /deps: expected a list of paths/],
  [['cmd: a', 'deps:', '- 1'], /deps\[0\]: expected a path/],
  [['cmd: a', 'deps:', '- foo.dvc'], /cannot be a dependency/],
  [['cmd: a', 'deps:', '- gs://b/x'], /is none that mlo can look at/],
  [['cmd: a', 'deps:', '- ../../x'], /is outside the project/],
  [['cmd: a', 'outs:', '- /abs'], /is absolute/],
  [['cmd: a', 'outs:', '- o: {cache: 1}'], /cache: expected true or false/],
  [['cmd: a', 'outs:', '- o: {cached: true}'], /unknown key 'cached'/],
  [['cmd: a', 'outs:', '  o: {cache: true}'], /'path' is missing/],
  [['cmd: a', 'metrics: 1'], /metrics: expected a list of paths/],
  [['cmd: a', 'plots:', '- p: {zoom: 1}'], /unknown key 'zoom'/],
  [['cmd: a', 'params: a'], /params: expected a list/],
  [['cmd: a', 'params:', '- p.py: [a]'], /Python are not read/],
  [['cmd: a', 'wdir: ../..'], /wdir: '\.\.\/\.\.' is outside the project/],
  [['cmd: a', 'frozen: maybe'], /frozen: expected true or false/],
  [['cmd: a', 'always_changed: 1'], /always_changed: expected true or false/],
  [['cmd: a', 'timeout: soon'], /timeout: expected seconds/],
  [['cmd: a', 'env: [A=1]'], /expected a name of an environment variable/],
  [['cmd: a', 'resources: {gpus: 1}'], /unknown key 'gpus'/],
  [['cmd: a', 'backend: cpu'], /is for 'run' stages/],
  [['run: a.py'], /is not a TypeScript or JavaScript module/],
  [['run: a.ts', 'seed: x'], /seed: expected an integer/],
  [['run: a.ts', 'backend: cuda'], /backend: expected wasm, cpu or native/],
  [['cmd: echo ${nope}'], /Could not find 'nope'/],
  [['cmd: echo ${a.}'], /expected a name/],
  [['cmd: echo ${list}'], /Cannot interpolate data of type 'list'/],
  [['cmd: a', 'outs:', '- ${map}'], /Cannot interpolate data of type 'dict'/],
  [['cmd: a', 'vars: [{known: 2}]'], /cannot redefine 'known'/],
  [['cmd: a', 'vars: [gone.yaml]'], /'gone.yaml' does not exist/],
  [['foreach: 3', 'do: {cmd: a}'], /foreach: expected a list, a map/],
  [['foreach: [1]'], /'do' is missing/],
  [['foreach: [1]', 'do: {cmd: a}', 'deps: [b]'], /unknown key 'deps'/],
  [['cmd: a', 'matrix: {x: 1}'], /matrix\.x: expected a list/],
  [['cmd: a', 'matrix: {x: [a-b, a], y: [c, b-c]}'], /two different stages of the same name/],
];

interface Expected {
  readonly line: number;
  readonly last: number;
  readonly message: RegExp;
}

/** 1,000 lines and more of valid stages, the wrong ones strewn among them. */
function bigFile(): { readonly text: string; readonly expected: readonly Expected[] } {
  const lines = ['stages:'];
  const expected: Expected[] = [];
  for (const [index, [body, message]] of WRONG.entries()) {
    for (let good = 0; good < 5; good += 1)
      lines.push(
        `  good_${index}_${good}:`,
        `    cmd: echo \${known} > out_${index}_${good}`,
        `    deps: [in_${index}]`,
        '    outs:',
        `    - out_${index}_${good}`,
      );
    lines.push(`  wrong_${index}:`, ...body.map((line) => `    ${line}`));
    expected.push({ line: lines.length - body.length, last: lines.length, message });
  }
  return { text: `${lines.join('\n')}\n`, expected };
}

const PARAMS = { 'params.yaml': 'known: 1\nlist: [1]\nmap: {k: 1}\n' };

describe('1,000 lines with every kind of error', () => {
  test('every one is told, once, on its line, with the caret inside the line', () => {
    const { text, expected } = bigFile();
    expect(text.split('\n').length).toBeGreaterThan(1000);
    const { problems } = errorOf({ 'pipeline.yaml': text, ...PARAMS });
    expect(problems.map((problem) => problem.message)).toEqual(expected.map(({ message }) => expect.stringMatching(message)));
    for (const [index, problem] of problems.entries()) {
      const { line, last } = expected[index] as Expected;
      expect(problem.line).toBeGreaterThanOrEqual(line);
      expect(problem.line).toBeLessThanOrEqual(last);
      expect(problem.source).toBe(text.split('\n')[(problem.line as number) - 1]);
      expect(placeOf(problem)).toMatch(/:[^ ]$/);
    }
  });

  test('a syntax error at any line of it is told near that line', () => {
    const { text } = bigFile();
    const lines = text.split('\n');
    for (const at of [10, 500, 990]) {
      const broken = lines.toSpliced(at, 0, '  }').join('\n');
      const error = errorOf({ 'pipeline.yaml': broken, ...PARAMS });
      expect(error.code).toBe('MLO_PIPELINE_SYNTAX');
      expect(Math.abs((error.problems[0]?.line as number) - 1 - at)).toBeLessThanOrEqual(1);
    }
  });

  test('without the wrong ones it loads', () => {
    const { text } = bigFile();
    const good = text.split(/(?=^ {2}\w+:)/m).filter((block) => !block.startsWith('  wrong_'));
    expect(load({ 'pipeline.yaml': good.join(''), ...PARAMS }).pipeline.stages).toHaveLength(WRONG.length * 5);
  });
});

describe('many stages', () => {
  test('time grows with the number of stages, not faster', () => {
    const load3 = (stages: number): number => {
      const text = `stages:\n${Array.from({ length: stages }, (_, index) => `  s${index}:\n    cmd: cat f${index} > f${index + 1}\n    deps: [f${index}]\n    outs: [f${index + 1}]\n`).join('')}`;
      const started = performance.now();
      expect(load(text).pipeline.stages).toHaveLength(stages);
      return performance.now() - started;
    };
    load3(300);
    const few = Math.min(load3(500), load3(500), load3(500));
    const many = Math.min(load3(4000), load3(4000), load3(4000));
    // 8 times the stages; quadratic work would take 64 times as long.
    expect(many / few).toBeLessThan(32);
  });
});
