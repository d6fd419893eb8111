import type { Use } from '../../app/verify/find-uses.ts';
import { formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';

/** Paths shown for one object. */
const MOST_PATHS = 5;

/** What is said of an object, and the paths that need it, a line each; `nobody`: what is said where there is none. */
export function withUses(what: string, uses: readonly Use[], nobody: string): string[] {
  if (uses.length === 0) return [`${what}: ${nobody}`];
  const paths = uses.slice(0, MOST_PATHS).map((use) => {
    const stage = use.stage === undefined ? '' : `, stage ${use.stage}`;
    return `${printable(use.path)}${use.isFolder === true ? '/' : ''} (${printable(use.in.join(', ') + stage)})`;
  });
  const more = uses.length > MOST_PATHS ? [`and ${formatCount(uses.length - MOST_PATHS)} more paths`] : [];
  const [first = '', ...others] = [...paths, ...more];
  return [`${what}: ${first}`, ...others.map((line) => `    ${line}`)];
}
