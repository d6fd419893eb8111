import type { InitData } from '../../app/init.ts';
import type { CommitData } from '../../app/types.ts';
import type { StageAddress } from '../../core/stage.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export function commitLines({ committed }: CommitData, style: Style): string[] {
  if (committed.length === 0) return ['There is nothing to commit: no stages, and no added data in the workspace.'];
  const changed = committed.filter((each) => each.changed || each.stored === true);
  const lines = changed.map(({ name, stored }) => {
    const note = stored === true ? ': stored in the cache, what is written down was right already' : '';
    return `${style.green(style.glyphs.done)} ${printable(name)} committed${note}`;
  });
  return [...lines, `${changed.length} committed, ${committed.length - changed.length} unchanged`];
}

export function freezeLines({ stages }: { readonly stages: readonly StageAddress[] }, frozen: boolean, style: Style): string[] {
  return stages.map((stage) => `${style.green(style.glyphs.done)} ${printable(stage)} ${frozen ? 'is frozen' : 'is no longer frozen'}`);
}

export function initLines({ root, template, created, kept, git, next }: InitData, style: Style): string[] {
  const notes = {
    created: ['Git repository created.'],
    present: [],
    missing: [`${style.yellow('warning:')} there is no git here; mlo works best in a Git repository`],
    off: [],
  };
  return [
    `${style.green(style.glyphs.done)} Project in ${printable(root)} (template ${template})`,
    ...created.map((path) => style.dim(`    ${printable(path)}`)),
    ...kept.map((path) => `    kept ${printable(path)}`),
    ...notes[git],
    'Next:',
    ...next.map((command) => `  ${style.bold(printable(command))}`),
  ];
}
