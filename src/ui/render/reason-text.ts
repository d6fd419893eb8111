import type { Reason, ReasonKind } from '../../core/plan/types.ts';
import type { Value } from '../../core/value.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { printable } from '../format/printable.ts';
import { truncate } from '../format/text-width.ts';
import { valueText } from '../format/value-text.ts';
import type { Glyphs } from '../glyphs.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const DIGEST_SHOWN = 8;
const VALUE_WIDTH = 40;
const REASONS_SHOWN = 2;

/** Why a stage is in its state, in words. With `details` the digests of files are shown as well. */
export function reasonText(reason: Reason, glyphs: Glyphs, details = false): string {
  return printable(words(reason, glyphs, details));
}

/** The first reasons in one line, and how many more there are. */
export function reasonSummary(reasons: readonly Reason[], glyphs: Glyphs): string {
  const texts = reasons.slice(0, REASONS_SHOWN).map((reason) => reasonText(reason, glyphs));
  const more = reasons.length - texts.length;
  return more > 0 ? `${texts.join(', ')} +${more} more` : texts.join(', ');
}

const FIXED: Partial<Record<ReasonKind, string>> = {
  new: 'never run',
  forced: 'forced',
  'always-changed': 'always_changed is set',
  'no-deps-no-outs': 'has neither deps nor outs',
  frozen: 'frozen',
  'not-judged': 'what it reads is not known',
};

function words(reason: Reason, glyphs: Glyphs, details: boolean): string {
  const fixed = FIXED[reason.kind];
  if (fixed !== undefined) return fixed;
  switch (reason.kind) {
    case 'param':
    case 'name':
      return changed(reason.key ?? reason.kind, reason, glyphs, true);
    case 'env':
      return changed(`env ${reason.key ?? ''}`, reason, glyphs, details);
    case 'package':
      return reason.new === 'missing'
        ? `package ${reason.key ?? ''} is not installed`
        : changed(`package ${reason.key ?? ''}`, reason, glyphs, details);
    case 'code':
      return changed(reason.path ?? 'code', reason, glyphs, details);
    case 'dep':
      return changed(`dep ${reason.path ?? ''}`, reason, glyphs, details);
    case 'out':
      return outWords(reason, glyphs, details);
    case 'cmd':
    case 'run':
      return changed(reason.kind === 'cmd' ? 'cmd' : 'module', reason, glyphs, details);
    case 'upstream':
      return `${reason.key ?? `what writes ${reason.path ?? 'a dep'}`} runs first`;
    case 'upstream-blocked':
      return `${reason.key ?? 'a stage before it'} is blocked`;
    case 'upstream-failed':
      return `${reason.key ?? 'a stage before it'} failed`;
    case 'cut-short':
      return `mlo ended while it ran (mlo logs ${logOf(reason)})`;
    case 'failed-before':
      return `failed last time (mlo logs ${logOf(reason)})`;
    case 'undeclared':
      return `undeclared ${reason.key ?? 'read'}: ${reason.path ?? ''}`;
    case 'missing-dep':
      return `dep ${reason.path ?? reason.key ?? ''} is missing`;
    case 'missing-data':
      return `out ${reason.path ?? reason.key ?? ''} is missing`;
    case 'not-cached':
      return `${reason.path ?? reason.key ?? 'an out'} is not in the cache`;
    default:
      return changed(reason.kind, reason, glyphs, true);
  }
}

function logOf({ key }: Reason): string {
  return key === undefined ? '<stage>' : shellWord(key);
}

function outWords(reason: Reason, glyphs: Glyphs, details: boolean): string {
  const path = `out ${reason.path ?? ''}`;
  if (reason.new === 'declared') return `${path} is new`;
  if (reason.old === 'declared') return `${path} is no longer declared`;
  return reason.new === undefined ? `${path} is missing` : changed(path, reason, glyphs, details);
}

function changed(what: string, reason: Reason, glyphs: Glyphs, sides: boolean): string {
  if (reason.old === undefined && reason.new === undefined) return `${what} changed`;
  if (reason.new === 'missing') return `${what} is gone`;
  if (reason.new === undefined) return `${what} removed`;
  if (reason.old === undefined) return sides ? `${what} added: ${side(reason.new, glyphs)}` : `${what} added`;
  if (!sides) return `${what} changed`;
  return `${what} ${side(reason.old, glyphs)} ${glyphs.arrow} ${side(reason.new, glyphs)}`;
}

function side(value: Value, glyphs: Glyphs): string {
  if (typeof value === 'string' && DIGEST.test(value)) return value.slice(0, DIGEST_SHOWN);
  return truncate(valueText(value), VALUE_WIDTH, glyphs.ellipsis);
}
