import { printable } from './printable.ts';

/** A message of several lines as one: its first line, and behind a colon the first thing of the list that it announces. */
export function headline(message: string): string {
  const [first = '', ...rest] = message.trim().split('\n');
  const [next, ...more] = rest.map((line) => line.trim()).filter((line) => line !== '');
  if (!first.endsWith(':') || next === undefined) return printable(first);
  return printable(`${first} ${next}${more.length === 0 ? '' : ` +${more.length} more`}`);
}
