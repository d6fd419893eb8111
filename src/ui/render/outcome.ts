import type { StageOutcome, StageState } from '../../core/plan/types.ts';
import type { Glyphs } from '../glyphs.ts';
import type { Paint, Style } from '../style.ts';

export function outcomeGlyph(outcome: StageOutcome, glyphs: Glyphs): string {
  return outcome === 'ran' ? glyphs.done : glyphs[outcome];
}

export function outcomePaint(outcome: StageOutcome, style: Style): Paint {
  if (outcome === 'failed') return style.red;
  if (outcome === 'ran') return style.green;
  if (outcome === 'restored') return style.cyan;
  return outcome === 'unchanged' ? style.dim : style.yellow;
}

export function stateGlyph(state: StageState, glyphs: Glyphs): string {
  return { unchanged: glyphs.unchanged, restore: glyphs.restored, run: glyphs.running, blocked: glyphs.blocked }[state];
}

export function statePaint(state: StageState, style: Style): Paint {
  return { unchanged: style.dim, restore: style.cyan, run: style.yellow, blocked: style.red }[state];
}
