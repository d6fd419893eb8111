import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ignore } from 'ignore';

export const IGNORE_FILE = '.mloignore';

export interface IgnoreRules {
  /** `path` is relative to the root, '/' between names. What lies in an ignored folder is ignored too. */
  ignores(path: string, isFolder: boolean): boolean;
}

/**
 * The rules of all `.mloignore` files from `root` down, in Git's syntax; a file's patterns count
 * from its own folder. Without such files nothing is loaded and nothing is ignored.
 */
export function openIgnore(root: string): IgnoreRules {
  const known = new Map<string, Ignore | null>();

  function rulesOf(folder: string): Ignore | null {
    const remembered = known.get(folder);
    if (remembered !== undefined) return remembered;
    const rules = loadRules(join(root, folder, IGNORE_FILE));
    known.set(folder, rules);
    return rules;
  }

  function verdict(path: string, isFolder: boolean): boolean {
    let ignored = false;
    for (const folder of foldersAbove(path)) {
      const rules = rulesOf(folder);
      if (rules === null) continue;
      const relative = folder === '' ? path : path.slice(folder.length + 1);
      const test = rules.test(isFolder ? `${relative}/` : relative);
      if (test.ignored) ignored = true;
      else if (test.unignored) ignored = false;
    }
    return ignored;
  }

  return {
    ignores(path, isFolder) {
      if (path === '' || path === '.') return false;
      for (const folder of foldersAbove(path)) if (folder !== '' && verdict(folder, true)) return true;
      return verdict(path, isFolder);
    },
  };
}

/** '' (the root), then each folder down to the one that holds `path`. */
function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_name, depth) => names.slice(0, depth).join('/'));
}

function loadRules(file: string): Ignore | null {
  if (!existsSync(file)) return null;
  const ignore = createRequire(import.meta.url)('ignore') as () => Ignore;
  return ignore().add(readFileSync(file, 'utf8'));
}
