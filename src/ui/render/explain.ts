import type { ExplainedError } from '../../core/errors/explanations.ts';
import { wrapWords } from '../format/wrap.ts';
import type { Style } from '../style.ts';

/** Longer lines are hard to read, columns. */
const WIDEST = 100;

export function explainLines({ code, exit, means, cause, remedy }: ExplainedError, style: Style): string[] {
  const width = Math.min(style.width, WIDEST);
  const part = (title: string, text: string): string[] => ['', style.bold(title), ...wrapWords(text, width - 2).map((line) => `  ${line}`)];
  return [
    `${style.bold(code)} ${style.dim(`(exit code ${exit})`)}`,
    ...wrapWords(means, width),
    ...part('How it comes about', cause),
    ...part('What to do', remedy),
  ];
}
