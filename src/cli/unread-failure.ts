import { EXIT } from '../core/errors/catalogue.ts';
import { count, formatCount } from '../ui/format/number.ts';
import { printable } from '../ui/format/printable.ts';
import type { Outcome } from './command.ts';

/** Folders that are named; --json has them all. */
const MOST_NAMED = 20;

/** What could not be looked into because its tree is not in the cache: partly done. */
export function unreadFailure(
  unread: readonly { readonly path: string; readonly digest: string }[],
): Pick<Outcome, 'exitCode' | 'failure' | 'failureLines'> {
  if (unread.length === 0) return {};
  const message = `${count(unread.length, 'folder')} could not be looked into: the cache does not have the tree`;
  const lines = unread.slice(0, MOST_NAMED).map(({ path, digest }) => `  ${printable(path)} (tree ${digest.slice(0, 12)})`);
  const more = unread.length > MOST_NAMED ? [`  and ${formatCount(unread.length - MOST_NAMED)} more (all of them: --json)`] : [];
  return {
    exitCode: EXIT.partial,
    failure: { code: 'MLO_OBJECT_MISSING', message },
    failureLines: [...lines, ...more],
  };
}
