import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ignoreVerdict, type Verdict } from '../core/ignore/ignore-file.ts';
import { hashBytes } from './hash.ts';

export const IGNORE_FILE = '.mloignore';

export interface IgnoreRules {
  /** `path` is relative to the root, '/' between names. What lies in an ignored folder is ignored too. */
  ignores(path: string, isFolder: boolean): boolean;
  /** The same for names of one folder, whose rules are then not looked for again for each of them. */
  within(folder: string): (name: string, isFolder: boolean) => boolean;
  /** Names the rules that hold in a folder: equal names, equal rules. Undefined where nothing is ignored there. */
  view(folder: string): string | undefined;
}

interface FolderRules {
  /** Where the file of the rules lies, with a slash at its end; '' for the root. */
  readonly folder: string;
  readonly text: string;
  readonly verdict: Verdict;
}

/**
 * The rules of all `.mloignore` files from `root` down, in Git's syntax; a file's patterns count
 * from its own folder. Without such files nothing is ignored.
 */
export function openIgnore(root: string): IgnoreRules {
  const chains = new Map<string, readonly FolderRules[]>();
  const ignored = new Map<string, boolean>();

  /** From the root down to the folder itself. */
  function chainOf(folder: string): readonly FolderRules[] {
    const known = chains.get(folder);
    if (known !== undefined) return known;
    const above = folder === '' ? [] : chainOf(folderOf(folder));
    const own = loadRules(root, folder);
    const chain = own === undefined ? above : [...above, own];
    chains.set(folder, chain);
    return chain;
  }

  function verdict(chain: readonly FolderRules[], path: string, isFolder: boolean): boolean {
    let isIgnored = false;
    for (const rules of chain) isIgnored = rules.verdict(path.slice(rules.folder.length), isFolder) ?? isIgnored;
    return isIgnored;
  }

  /** A folder is asked about once for each of its files. */
  function isFolderIgnored(folder: string): boolean {
    if (folder === '') return false;
    const known = ignored.get(folder);
    if (known !== undefined) return known;
    const isIgnored = isFolderIgnored(folderOf(folder)) || verdict(chainOf(folderOf(folder)), folder, true);
    ignored.set(folder, isIgnored);
    return isIgnored;
  }

  return {
    ignores(path, isFolder) {
      if (path === '' || path === '.') return false;
      return isFolderIgnored(folderOf(path)) || verdict(chainOf(folderOf(path)), path, isFolder);
    },
    within(folder) {
      if (isFolderIgnored(folder)) return () => true;
      const chain = chainOf(folder);
      const above = folder === '' ? '' : `${folder}/`;
      return (name, isFolder) => verdict(chain, above + name, isFolder);
    },
    view(folder) {
      const chain = chainOf(folder);
      return chain.length === 0 ? undefined : hashBytes(chain.flatMap((rules) => [rules.folder, rules.text]).join('\0'));
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
function loadRules(root: string, folder: string): FolderRules | undefined {
  const file = join(root, folder, IGNORE_FILE);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const verdict = ignoreVerdict(text);
  return verdict === undefined ? undefined : { folder: folder === '' ? '' : `${folder}/`, text, verdict };
}
