import type { UnreadValues } from '../app/types.ts';
import { EXIT } from '../core/errors/catalogue.ts';
import { count } from '../ui/format/number.ts';
import { printable } from '../ui/format/printable.ts';
import type { Outcome } from './command.ts';

/** What is lost of a revision here: partly done. */
export function unreadValuesFailure({
  unread = [],
}: {
  readonly unread?: readonly UnreadValues[];
}): Pick<Outcome, 'exitCode' | 'failure' | 'failureLines'> {
  const [first] = unread;
  if (first === undefined) return {};
  const lines = unread.flatMap(({ message, hint }) => [
    `  ${printable(message)}`,
    ...(hint === undefined ? [] : [`    hint: ${printable(hint)}`]),
  ]);
  return {
    exitCode: EXIT.partial,
    failure: {
      code: first.code,
      message: `${count(unread.length, 'file')} could not be read and ${unread.length === 1 ? 'is' : 'are'} left out`,
    },
    failureLines: lines,
  };
}

/** For the reference. */
export const UNREAD_JSON = [
  'unread[]?',
  '{ path, revision, code, message, hint? }: what a revision has and the cache has not; it is left out',
] as const;
