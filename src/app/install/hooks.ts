import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '../../core/path/project-path.ts';
import { blockLines, withBlock, withoutBlock } from './own-block.ts';
import type { GitRepository } from '../../fs/git-repository.ts';
import { fromByteText, readByteText, toByteText, writeByteText } from '../../fs/byte-text.ts';
import { quoted, shellFunction, type Launcher } from './launcher.ts';
import type { InstallChange } from './types.ts';

interface Hook {
  readonly name: string;
  /** What a project needs, after `cd` to it. */
  readonly work: readonly string[];
  /** To put into a hook of one's own. */
  readonly line: (folder: string) => string;
}

/** Exit code 10: a branch without the project. `$3` of post-checkout is 1 where another commit was checked out, not single files. */
const HOOKS: readonly Hook[] = [
  {
    name: 'post-checkout',
    work: ['test "$3" != 1 || run_mlo checkout || test $? = 10 || exit 1'],
    line: (folder) => `test "$3" != 1 || (cd ${quoted(folder)} && mlo checkout)`,
  },
  {
    name: 'pre-push',
    work: [
      'run_mlo status --check || test $? = 10 || {',
      '  echo "mlo: stages or data are out of date; to push all the same: git push --no-verify" >&2',
      '  exit 1',
      '}',
    ],
    line: (folder) => `(cd ${quoted(folder)} && mlo status --check) || exit 1`,
  },
];

const SHEBANG = '#!/bin/sh\n';
const PROJECT = '# project ';

/** Hooks of somebody else's are never changed: what they would need is said instead. */
export function installHooks(repository: GitRepository, launcher: Launcher): readonly InstallChange[] {
  return HOOKS.map((hook): InstallChange => {
    const file = join(repository.hooksDir, hook.name);
    const before = readByteText(file);
    const why = whyKept(repository, before);
    if (why !== undefined) return { what: 'hook', name: file, change: 'kept', why, line: hook.line(repository.prefix || '.') };
    const folders = new Set([...projectsOf(before ?? ''), repository.prefix || '.']);
    const after = withBlock(before ?? SHEBANG, hookLines(hook, launcher, [...folders]));
    return write(file, before, after, before === undefined ? 'added' : 'updated');
  });
}

/** Takes this project out; a hook that does nothing any more goes. */
export function uninstallHooks(repository: GitRepository, launcher: Launcher): readonly InstallChange[] {
  return HOOKS.flatMap((hook): readonly InstallChange[] => {
    const file = join(repository.hooksDir, hook.name);
    const before = readByteText(file);
    if (before === undefined || blockLines(before) === undefined) return [];
    const folders = projectsOf(before).filter((folder) => folder !== (repository.prefix || '.'));
    const after = folders.length === 0 ? withoutBlock(before) : withBlock(before, hookLines(hook, launcher, folders));
    return [write(file, before, after, 'removed')];
  });
}

/** As byte text. */
function hookLines({ work }: Hook, launcher: Launcher, folders: readonly string[]): readonly string[] {
  return [
    '# Made by `mlo install --hooks`; `mlo install --uninstall` takes it out.',
    shellFunction('run_mlo', launcher, ''),
    ...folders.flatMap((folder) => [
      `${PROJECT}${JSON.stringify(folder)}`,
      `( cd ${quoted(folder)} 2>/dev/null || exit 0`,
      ...work.map((line) => `  ${line}`),
      ') || exit 1',
    ]),
  ].map(toByteText);
}

function projectsOf(text: string): readonly string[] {
  return (blockLines(text) ?? []).flatMap((line) =>
    line.startsWith(PROJECT) ? [JSON.parse(fromByteText(line.slice(PROJECT.length))) as string] : [],
  );
}

function whyKept({ commonDir, top, hooksDir }: GitRepository, before: string | undefined): string | undefined {
  if (!isInside(commonDir, hooksDir) && !isInside(top, hooksDir)) return 'core.hooksPath is outside this repository: others may use it too';
  if (before !== undefined && blockLines(before) === undefined) return 'there is a hook already';
  return undefined;
}

function write(file: string, before: string | undefined, after: string, change: InstallChange['change']): InstallChange {
  if (after === before) return { what: 'hook', name: file, change: 'unchanged' };
  if (after === SHEBANG || after === '') rmSync(file);
  else {
    writeByteText(file, after);
    chmodSync(file, 0o755);
  }
  return { what: 'hook', name: file, change };
}
