import { EXIT } from '../core/errors/catalogue.ts';
import { count } from '../ui/format/number.ts';
import { printable } from '../ui/format/printable.ts';
import type { Outcome } from './command.ts';

/** What could not be looked into because its tree is not in the cache: partly done. */
export function unreadFailure(
  unread: readonly { readonly path: string; readonly digest: string }[],
): Pick<Outcome, 'exitCode' | 'failure' | 'failureLines'> {
  if (unread.length === 0) return {};
  const message = `${count(unread.length, 'folder')} could not be looked into: the cache does not have the tree`;
  const lines = unread.map(({ path, digest }) => `  ${printable(path)} (tree ${digest.slice(0, 12)})`);
  return {
    exitCode: EXIT.partial,
    failure: { code: 'MLO_OBJECT_MISSING', message },
    failureLines: lines,
  };
}
