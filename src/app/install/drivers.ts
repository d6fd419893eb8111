import { rmSync } from 'node:fs';
import { withBlock, withoutBlock } from './own-block.ts';
import type { GitRepository } from '../../fs/git-repository.ts';
import { readByteText, writeByteText } from '../../fs/byte-text.ts';
import { shellFunction, type Launcher } from './launcher.ts';
import type { InstallChange } from './types.ts';

/** One driver for all: what a file is shows in its name. */
const ATTRIBUTES = ['pipeline.lock merge=mlo diff=mlo', 'dvc.mlo.lock merge=mlo diff=mlo', '*.mlo merge=mlo diff=mlo'];

/** Merge and diff driver in the repository's configuration, and the attributes that name them. */
export function installDrivers(repository: GitRepository, launcher: Launcher): readonly InstallChange[] {
  const settings = driverSettings(launcher);
  const changes = settings.map(([key, value]): InstallChange => {
    const before = repository.getConfig(key);
    if (before !== value) repository.setConfig(key, value);
    return { what: 'config', name: key, change: before === undefined ? 'added' : before === value ? 'unchanged' : 'updated' };
  });
  return [...changes, changeAttributes(repository, (text) => withBlock(text, ATTRIBUTES))];
}

export function uninstallDrivers(repository: GitRepository): readonly InstallChange[] {
  const changes = DRIVER_KEYS.map((key): InstallChange => {
    const isThere = repository.getConfig(key) !== undefined;
    if (isThere) repository.unsetConfig(key);
    return { what: 'config', name: key, change: isThere ? 'removed' : 'unchanged' };
  });
  return [...changes, changeAttributes(repository, (text) => withoutBlock(text))];
}

const DRIVER_KEYS = ['merge.mlo.name', 'merge.mlo.driver', 'diff.mlo.textconv'] as const;

function driverSettings(launcher: Launcher): readonly (readonly [key: (typeof DRIVER_KEYS)[number], value: string])[] {
  // Git replaces %O and the like, and quotes the path itself.
  const merge = shellFunction('f', launcher, 'merge-driver').replaceAll('%', '%%');
  return [
    ['merge.mlo.name', 'locks and pointers of mlo: by stage'],
    ['merge.mlo.driver', `${merge}; f %O %A %B %P`],
    ['diff.mlo.textconv', `${shellFunction('f', launcher, 'textconv')}; f`],
  ];
}

/** In the repository's own attributes file: like the drivers, they count in every worktree and branch, and in no other clone. */
function changeAttributes({ attributesFile }: GitRepository, edit: (text: string) => string): InstallChange {
  const before = readByteText(attributesFile) ?? '';
  const after = edit(before);
  if (after !== before) {
    if (after === '') rmSync(attributesFile);
    else writeByteText(attributesFile, after);
  }
  const change = after === before ? 'unchanged' : after.length > before.length ? 'added' : 'removed';
  return { what: 'attributes', name: attributesFile, change };
}
