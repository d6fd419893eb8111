import type { CheckoutData } from '../../app/types.ts';
import { count, formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

/** Paths of a refusal; --json has a thousand. */
const LISTED = 20;

export function checkoutLines({ added, modified, deleted, targets, rev }: CheckoutData, style: Style): string[] {
  if (targets.length === 0) return ['Nothing is tracked here: no locks, no pointers.'];
  const unchanged = targets.filter((target) => target.change === 'unchanged').length;
  return [
    ...targets.flatMap((target) => targetLines(target, style)),
    `${count(targets.length, 'target')}, ${unchanged} unchanged; files: ${added} added, ${modified} modified, ${deleted} deleted`,
    ...(rev === undefined
      ? []
      : [`Pointers and locks of the workspace are not those of ${printable(rev)}: mlo status compares with them.`]),
  ];
}

function targetLines({ path, change, error, unsaved = [], unsavedCount = 0 }: CheckoutData['targets'][number], style: Style): string[] {
  if (change === 'unchanged') return [];
  if (change !== 'failed') return [`${style.green(style.glyphs.done)} ${printable(path)} ${change}`];
  const more = unsavedCount > LISTED ? [style.dim(`    and ${formatCount(unsavedCount - LISTED)} more`)] : [];
  return [
    `${style.red(style.glyphs.failed)} ${printable(path)}: ${printable(error ?? 'failed')}`,
    ...unsaved.slice(0, LISTED).map((each) => `    ${printable(each)}`),
    ...more,
  ];
}
