import { realpathSync } from 'node:fs';
import { openGitRepository } from '../fs/git-repository.ts';
import { findRoot } from './find-root.ts';
import { installDrivers, uninstallDrivers } from './install/drivers.ts';
import { installHooks, uninstallHooks } from './install/hooks.ts';
import type { Launcher } from './install/launcher.ts';
import type { InstallChange } from './install/types.ts';
import type { AppContext } from './types.ts';

export interface InstallOptions {
  /** post-checkout and pre-push too. */
  readonly hooks: boolean;
  readonly uninstall: boolean;
  readonly launcher: Launcher;
}

export interface InstallData {
  /** Git's own folder, which all worktrees share. */
  readonly repository: string;
  readonly changes: readonly InstallChange[];
}

/**
 * Makes Git merge and show locks and pointers by what they say, in this clone. Everything lies in Git's own folder, so
 * nothing is to be committed, and every worktree and branch has it at once.
 */
export async function install(ctx: AppContext, { hooks, uninstall, launcher }: InstallOptions): Promise<InstallData> {
  const repository = openGitRepository(realpathSync(findRoot(ctx.cwd)));
  const changes = uninstall
    ? [...uninstallDrivers(repository), ...uninstallHooks(repository, launcher)]
    : [...installDrivers(repository, launcher), ...(hooks ? installHooks(repository, launcher) : [])];
  return { repository: repository.commonDir, changes };
}
