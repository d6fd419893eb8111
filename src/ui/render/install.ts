import type { InstallData } from '../../app/install.ts';
import type { MergeData } from '../../app/merge-driver.ts';
import { afterConflict } from '../../core/lock/format.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export function installLines({ repository, changes }: InstallData, uninstall: boolean, style: Style): string[] {
  const done = changes.filter(({ change }) => change !== 'unchanged' && change !== 'kept');
  const lines = done.map(({ what, name, change }) => style.dim(`    ${change.padEnd(8)} ${what.padEnd(10)} ${printable(name)}`));
  const where = printable(repository);
  const nothing = uninstall ? `There is nothing of mlo in ${where}` : `Everything is set up already in ${where}`;
  const head = done.length === 0 ? nothing : uninstall ? `Taken out of ${where}` : `Set up in ${where}`;
  return [`${style.green(style.glyphs.done)} ${head}`, ...lines];
}

/** What could not be done, and what to do by hand. */
export function keptLines({ changes }: InstallData, style: Style): string[] {
  return changes.flatMap(({ name, change, why = '', line = '' }) =>
    change === 'kept'
      ? [
          `${style.yellow('warning:')} ${printable(name)} was left as it is: ${why}. To run mlo there, add the line:`,
          `  ${printable(line)}`,
        ]
      : [],
  );
}

export function mergeConflictLines({ path, kind, conflicts }: MergeData, style: Style): string[] {
  const head = (text: string): string => `${style.red('conflict:')} ${text}`;
  const file = printable(path);
  if (kind === 'text') return [head(`${file} could not be read as a lock or pointer, and was merged as text`)];
  if (kind === 'pointer') {
    const data = printable(conflicts[0] ?? '');
    return [
      head(`both sides changed the data '${data}'`),
      `  Keep one of the two blocks in ${file}, then: mlo checkout ${shellWord(data)}`,
    ];
  }
  const names = conflicts.map((name) => `'${printable(name)}'`).join(', ');
  const stages = conflicts.length === 1 ? `stage ${names}` : `stages ${names}`;
  return [head(`both sides ran ${stages} with other inputs or results (${file}); all other stages are merged`), `  ${afterConflict(file)}`];
}
