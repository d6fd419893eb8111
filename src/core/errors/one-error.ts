import type { ErrorCode } from './catalogue.ts';
import { MloError, type Problem } from './mlo-error.ts';

/**
 * What was found wrong side by side, as one error under `code`: problems in the order of their places, each told
 * once, and each with its own code where that is another. Undefined where nothing is wrong.
 */
export function errorOfProblems(code: ErrorCode, found: readonly Problem[]): MloError | undefined {
  const problems = inOrderOfPlace(distinct(found)).map((problem) => withCode(problem, code));
  const [first] = problems;
  if (first === undefined) return undefined;
  if (problems.length > 1) return new MloError(code, headline(problems), { problems });
  return new MloError(code, first.message, { problems, ...(first.hint === undefined ? {} : { hint: first.hint }) });
}

/** The same for errors of checks that follow one another: the code is that of the first, which is the most basic one. */
export function oneError(errors: readonly MloError[]): MloError | undefined {
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first;
  const whole = errorOfProblems(first.code, errors.flatMap(problemsOf));
  return whole !== undefined && whole.problems.length > Math.max(1, first.problems.length) ? whole : first;
}

/** Each with its code; an error that names no places is one problem itself. */
function problemsOf({ code, message, hint, problems }: MloError): readonly Problem[] {
  if (problems.length > 0) return problems.map((problem) => ({ code, ...problem }));
  return [{ code, message, ...(hint === undefined ? {} : { hint }) }];
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.file, problem.line, problem.column, problem.message]);
    if (!byPlace.has(key)) byPlace.set(key, problem);
  }
  return [...byPlace.values()];
}

function inOrderOfPlace(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map((problem) => problem.file))];
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function withCode({ code, ...problem }: Problem, whole: ErrorCode): Problem {
  return code === undefined || code === whole ? problem : { ...problem, code };
}

function headline(problems: readonly Problem[]): string {
  const files = [...new Set(problems.map((problem) => problem.file))];
  if (files.includes(undefined)) return `There are ${problems.length} problems`;
  return files.length === 1 ? `'${files[0]}' has ${problems.length} problems` : `${files.length} files have ${problems.length} problems`;
}
