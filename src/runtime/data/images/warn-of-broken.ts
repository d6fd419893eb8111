import type { BrokenImage } from './types.ts';

const NAMED_AT_MOST = 20;

/** A warning of the process for each of the first pictures that are left out; in a stage they go to its log. */
export function warnOfBroken(): (broken: BrokenImage) => void {
  let count = 0;
  return ({ error }) => {
    count += 1;
    if (count <= NAMED_AT_MOST) process.emitWarning(`${error.message}; it is left out`, 'BrokenImage');
    if (count === NAMED_AT_MOST)
      process.emitWarning('further broken pictures are left out and not named here; `broken` has them all', 'BrokenImage');
  };
}
