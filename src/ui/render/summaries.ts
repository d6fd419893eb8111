import type { StageAddress } from '../../core/stage.ts';
import { formatBytes } from '../format/bytes.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export interface AddView {
  readonly added: readonly {
    readonly path: string;
    readonly pointer: string;
    readonly size: number;
    readonly files?: number;
    readonly changed: boolean;
  }[];
}

export interface CheckoutView {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
  readonly targets: readonly {
    readonly path: string;
    readonly change: 'added' | 'modified' | 'unchanged' | 'failed';
    readonly error?: string;
  }[];
}

export interface CommitView {
  readonly committed: readonly { readonly name: string; readonly changed: boolean }[];
}

export interface InitView {
  readonly root: string;
  readonly template: string;
  readonly created: readonly string[];
  readonly git: 'created' | 'present' | 'missing' | 'off';
  readonly next: readonly string[];
}

export function addLines({ added }: AddView, style: Style): string[] {
  return added.map(({ path, pointer, size, files, changed }) => {
    const amount = files === undefined ? formatBytes(size) : `${count(files, 'file')}, ${formatBytes(size)}`;
    if (!changed) return style.dim(`${style.glyphs.unchanged} ${printable(path)} unchanged (${amount})`);
    return `${style.green(style.glyphs.done)} ${printable(path)} ${style.glyphs.arrow} ${printable(pointer)} (${amount})`;
  });
}

export function checkoutLines({ added, modified, deleted, targets }: CheckoutView, style: Style): string[] {
  const lines = targets.flatMap(({ path, change, error }) => {
    if (change === 'unchanged') return [];
    if (change === 'failed') return [`${style.red(style.glyphs.failed)} ${printable(path)}: ${printable(error ?? 'failed')}`];
    return [`${style.green(style.glyphs.done)} ${printable(path)} ${change}`];
  });
  if (targets.length === 0) return ['Nothing is tracked here: no locks, no pointers.'];
  const unchanged = targets.filter((target) => target.change === 'unchanged').length;
  return [
    ...lines,
    `${count(targets.length, 'target')}, ${unchanged} unchanged; files: ${added} added, ${modified} modified, ${deleted} deleted`,
  ];
}

export function commitLines({ committed }: CommitView, style: Style): string[] {
  if (committed.length === 0) return ['There is nothing to commit: no stages, no pointers.'];
  const changed = committed.filter((each) => each.changed);
  const lines = changed.map(({ name }) => `${style.green(style.glyphs.done)} ${printable(name)} committed`);
  return [...lines, `${changed.length} committed, ${committed.length - changed.length} unchanged`];
}

export function freezeLines({ stages }: { readonly stages: readonly StageAddress[] }, frozen: boolean, style: Style): string[] {
  return stages.map((stage) => `${style.green(style.glyphs.done)} ${printable(stage)} ${frozen ? 'is frozen' : 'is no longer frozen'}`);
}

export function initLines({ root, template, created, git, next }: InitView, style: Style): string[] {
  const notes = {
    created: ['Git repository created.'],
    present: [],
    missing: [`${style.yellow('warning:')} there is no git here; mlo works best in a Git repository`],
    off: [],
  };
  return [
    `${style.green(style.glyphs.done)} Project in ${printable(root)} (template ${template})`,
    ...created.map((path) => style.dim(`    ${printable(path)}`)),
    ...notes[git],
    'Next:',
    ...next.map((command) => `  ${style.bold(printable(command))}`),
  ];
}
