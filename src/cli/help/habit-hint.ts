import { FROM_DVC } from './from-dvc.ts';
import { FROM_MLFLOW } from './from-mlflow.ts';
import { FROM_OTHERS } from './from-others.ts';
import type { Habit } from './habit.ts';

const HABITS: readonly Habit[] = [...FROM_DVC, ...FROM_MLFLOW, ...FROM_OTHERS];
/** Their commands have a second word. */
const FAMILIES = new Set(['exp', 'data', 'queue', 'cache', 'remote', 'config', 'stage', 'experiments', 'runs', 'artifacts']);
/** Those of DVC that mlo does not have. */
const OF_DVC = new Set(['exp', 'data', 'queue', 'cache']);

/** What to type instead of a command that mlo does not have (`words`: as typed, options left out); undefined where nobody's habit is known. */
export function commandHint(words: readonly string[]): string | undefined {
  const [first = '', second] = words;
  const rows = HABITS.filter((habit) => wordsOf(habit)[0] === first);
  const row = FAMILIES.has(first) ? secondWord(rows, second) : rows[0];
  if (row !== undefined) return lineOf(row);
  return OF_DVC.has(first) ? 'mlo help from-dvc says what does here what DVC does there' : undefined;
}

/** The row of that word, else the one that has a name for any word there (`config KEY`). */
function secondWord(rows: readonly Habit[], second: string | undefined): Habit | undefined {
  if (second === undefined) return undefined;
  return rows.find((habit) => wordsOf(habit)[1] === second) ?? rows.find((habit) => /^[A-Z]+$/.test(wordsOf(habit)[1] ?? ''));
}

/** What to type instead of an option that `command` does not have: what others write so. */
export function optionHint(command: string, option: string): string | undefined {
  const path = command.split(' ');
  const found = HABITS.find((habit) => {
    const theirs = wordsOf(habit);
    return path.every((word, index) => theirs[index] === word) && theirs.slice(path.length).includes(option);
  });
  return found === undefined ? undefined : lineOf(found);
}

/** Without the name of the program. */
function wordsOf([theirs]: Habit): readonly string[] {
  return theirs.split(' ').slice(1);
}

function lineOf([, ours, remark]: Habit): string {
  return remark === '' ? ours : `${ours} (${remark})`;
}
