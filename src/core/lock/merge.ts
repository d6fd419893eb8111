import { canonicalJson, compareText } from '../encoding/canonical-json.ts';
import type { Value } from '../value.ts';
import type { Lock, LockEntry } from './types.ts';

export interface LockSides {
  /** The common ancestor; undefined where there is none. */
  readonly base: Lock | undefined;
  readonly ours: Lock;
  readonly theirs: Lock;
}

export interface MergedLock {
  /** Canonical where nothing is in conflict; else with markers around the entries of those stages alone. */
  readonly text: string;
  /** Names of stages that both sides changed, each in its own way. */
  readonly conflicts: readonly string[];
}

export interface MarkerLabels {
  readonly ours: string;
  readonly theirs: string;
}

/** The stage on both sides, where they do not agree. */
interface Conflict {
  readonly ours: LockEntry;
  readonly theirs: LockEntry;
}

type Choice = { readonly entry: LockEntry } | { readonly conflict: Conflict } | undefined;

/**
 * Three-way by stage: an entry says what one run of that stage read and wrote, so it is taken whole from the side that
 * changed it. A stage that one side dropped and the other one ran stays: the next write of the lock drops entries of
 * stages that the pipeline no longer has.
 */
export function mergeLocks({ base, ours, theirs }: LockSides, labels: MarkerLabels): MergedLock {
  const names = [...new Set([...Object.keys(ours.stages), ...Object.keys(theirs.stages)])].sort(compareText);
  const chosen = names.flatMap((name): readonly (readonly [name: string, choice: NonNullable<Choice>])[] => {
    const choice = choose(entryOf(base, name), entryOf(ours, name), entryOf(theirs, name));
    return choice === undefined ? [] : [[name, choice]];
  });
  const conflicts = chosen.flatMap(([name, choice]) => ('conflict' in choice ? [name] : []));
  return { text: textOf(ours, chosen, labels), conflicts };
}

function choose(base: LockEntry | undefined, ours: LockEntry | undefined, theirs: LockEntry | undefined): Choice {
  if (same(ours, theirs)) return ours === undefined ? undefined : { entry: ours };
  if (ours === undefined) return same(base, theirs) ? undefined : { entry: theirs as LockEntry };
  if (theirs === undefined) return same(base, ours) ? undefined : { entry: ours };
  if (same(base, ours)) return { entry: theirs };
  if (same(base, theirs)) return { entry: ours };
  return { conflict: { ours, theirs } };
}

/** One block a stage, so that markers can stand around a block; without conflicts the bytes of `formatLock`. */
function textOf(ours: Lock, chosen: readonly (readonly [string, NonNullable<Choice>])[], labels: MarkerLabels): string {
  if (chosen.length === 0) return canonicalJson({ ...ours, stages: {} } as unknown as Value, 2);
  const blocks = chosen.map(([name, choice], index) => {
    const end = index < chosen.length - 1 ? ',\n' : '\n';
    if ('entry' in choice) return stageText(name, choice.entry) + end;
    const { conflict } = choice;
    return (
      `<<<<<<< ${labels.ours}\n${stageText(name, conflict.ours)}${end}=======\n` +
      `${stageText(name, conflict.theirs)}${end}>>>>>>> ${labels.theirs}\n`
    );
  });
  const frame = canonicalJson({ ...ours, stages: { '': 0 } } as unknown as Value, 2);
  return frame.replace('    "": 0\n', () => blocks.join(''));
}

/** The lines of one stage as the lock has them, without the comma. */
function stageText(name: string, entry: LockEntry): string {
  const whole = canonicalJson({ stages: { [name]: entry } } as unknown as Value, 2);
  return whole.split('\n').slice(2, -3).join('\n');
}

function entryOf(lock: Lock | undefined, name: string): LockEntry | undefined {
  return lock !== undefined && Object.hasOwn(lock.stages, name) ? lock.stages[name] : undefined;
}

function same(a: LockEntry | undefined, b: LockEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a as unknown as Value) === canonicalJson(b as unknown as Value);
}
