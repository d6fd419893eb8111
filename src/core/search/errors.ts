import { MloError } from '../errors/mlo-error.ts';

/** A text that is parsed, and what messages call it: `filter`, `order`. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

const GRAMMAR_HINT = 'mlo help search';

/** `offset`: in UTF-16 units from the start of the text. The caret stands under it. */
export function searchError(source: Source, offset: number, message: string, hint?: string): MloError {
  const before = source.text.slice(0, offset).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  const line = source.text.split('\n')[before.length - 1] ?? '';
  const problem = { message, file: source.name, line: before.length, column, source: line, ...(hint === undefined ? {} : { hint }) };
  return new MloError('MLO_FILTER', message, { hint: hint ?? GRAMMAR_HINT, details: { offset }, problems: [problem] });
}
