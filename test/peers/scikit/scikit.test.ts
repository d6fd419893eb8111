import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireScikit, runCommand, temporaryFolder } from '../../helpers/index.ts';
import { ownAnswer } from './own-answer.ts';
import { QUESTIONS, type Question } from './questions.ts';

const DIFFERENCE = 1e-6;

let asked: Promise<readonly unknown[]> | undefined;

/** One process for all questions; each test is skipped by itself where there is no scikit-learn. */
function answers(): Promise<readonly unknown[]> {
  const python = requireScikit();
  asked ??= askScikit(python);
  return asked;
}

async function askScikit(python: string): Promise<readonly unknown[]> {
  const { PATH, HOME, LANG } = process.env;
  const result = await runCommand(python, [join(import.meta.dirname, 'answer.py')], {
    cwd: await temporaryFolder(),
    env: { PATH, HOME, LANG, PYTHONUTF8: '1', OMP_NUM_THREADS: '1' },
    input: JSON.stringify(QUESTIONS),
    timeoutMs: 240_000,
  });
  if (result.code !== 0) throw new Error(`scikit-learn could not answer (exit ${result.code}):\n${result.stderr.slice(-4_000)}`);
  return result.json<{ answers: readonly unknown[] }>().answers;
}

/** Questions whose answers differ by more than the difference that is allowed, with both. */
async function differences(what: string): Promise<readonly unknown[]> {
  const theirs = await answers();
  const concerned = QUESTIONS.map((question, at) => ({ question, at })).filter(({ question }) => question.what === what);
  expect(concerned.length).toBeGreaterThan(2);
  return concerned.flatMap(({ question, at }) => {
    const ours = ownAnswer(question);
    return isNear(ours, theirs[at]) ? [] : [{ question: shortened(question), ours, theirs: theirs[at] }];
  });
}

function isNear(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours))
    return Array.isArray(theirs) && ours.length === theirs.length && ours.every((each, at) => isNear(each, theirs[at]));
  return typeof ours === 'number' && typeof theirs === 'number' ? Math.abs(ours - theirs) <= DIFFERENCE : ours === theirs;
}

function shortened({ actual: _actual, predicted: _predicted, scores: _scores, labels: _labels, ...rest }: Question): unknown {
  return rest;
}

describe('scikit-learn', { timeout: 300_000 }, () => {
  it.each([...new Set(QUESTIONS.map(({ what }) => what))])('gives the same %s to 1e-6, and refuses the same', async (what) => {
    expect(await differences(what)).toEqual([]);
  });

  it('is asked about refusals too', async () => {
    expect((await answers()).filter((answer) => answer === 'refused').length).toBeGreaterThan(5);
  });
});
