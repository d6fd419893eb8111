import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ignore } from 'ignore';
import { hashBytes } from './hash.ts';

export const IGNORE_FILE = '.mloignore';

export interface IgnoreRules {
  /** `path` is relative to the root, '/' between names. What lies in an ignored folder is ignored too. */
  ignores(path: string, isFolder: boolean): boolean;
  /** Names the rules that hold in a folder: equal names, equal rules. Undefined where nothing is ignored there. */
  view(folder: string): string | undefined;
}

interface FolderRules {
  readonly ignore: Ignore;
  readonly text: string;
}

/**
 * The rules of all `.mloignore` files from `root` down, in Git's syntax; a file's patterns count
 * from its own folder. Without such files nothing is loaded and nothing is ignored.
 */
export function openIgnore(root: string): IgnoreRules {
  const rules = new Map<string, FolderRules | undefined>();
  const ignored = new Map<string, boolean>();

  function rulesOf(folder: string): FolderRules | undefined {
    if (!rules.has(folder)) rules.set(folder, loadRules(join(root, folder, IGNORE_FILE)));
    return rules.get(folder);
  }

  function verdict(path: string, isFolder: boolean): boolean {
    let isIgnored = false;
    for (const folder of foldersAbove(path)) {
      const found = rulesOf(folder);
      if (found === undefined) continue;
      const relative = folder === '' ? path : path.slice(folder.length + 1);
      const test = found.ignore.test(isFolder ? `${relative}/` : relative);
      if (test.ignored) isIgnored = true;
      else if (test.unignored) isIgnored = false;
    }
    return isIgnored;
  }

  /** A folder is asked about once for each of its files. */
  function isFolderIgnored(folder: string): boolean {
    if (folder === '') return false;
    const known = ignored.get(folder);
    if (known !== undefined) return known;
    const isIgnored = isFolderIgnored(folderOf(folder)) || verdict(folder, true);
    ignored.set(folder, isIgnored);
    return isIgnored;
  }

  return {
    ignores(path, isFolder) {
      if (path === '' || path === '.') return false;
      return isFolderIgnored(folderOf(path)) || verdict(path, isFolder);
    },
    view(folder) {
      const texts = foldersAbove(`${folder}/`).flatMap((above) => {
        const found = rulesOf(above);
        return found === undefined ? [] : [above, found.text];
      });
      return texts.length === 0 ? undefined : hashBytes(texts.join('\0'));
    },
  };
}

/** '' (the root), then each folder down to the one that holds `path`. */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_name, depth) => names.slice(0, depth).join('/'));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Undefined where there is no pattern: a file of comments ignores nothing. */
function loadRules(file: string): FolderRules | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  if (!text.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#'))) return undefined;
  const ignore = createRequire(import.meta.url)('ignore') as () => Ignore;
  return { ignore: ignore().add(text), text };
}
