import { MloError, type Problem } from '../core/errors/mlo-error.ts';
import { looseReader } from './read-text.ts';

/** Rules of the graph and of the workspace know places, not texts: the line for the caret is looked up here. */
export function withSourceLines(root: string, error: unknown): unknown {
  if (!(error instanceof MloError) || error.problems.every((problem) => problem.source !== undefined)) return error;
  const readText = looseReader(root);
  const withLine = (problem: Problem): Problem => {
    if (problem.source !== undefined || problem.file === undefined || problem.line === undefined) return problem;
    const source = readText(problem.file)?.split('\n')[problem.line - 1];
    return source === undefined ? problem : { ...problem, source };
  };
  const { code, message, hint, details, cause } = error;
  const located = new MloError(code, message, {
    details,
    problems: error.problems.map(withLine),
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
  if (error.stack !== undefined) located.stack = error.stack;
  return located;
}
