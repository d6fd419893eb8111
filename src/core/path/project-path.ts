import { MloError } from '../errors/mlo-error.ts';
import type { ProjectPath } from '../stage.ts';

/**
 * A path of a lock, pointer or other file that somebody else may have written: relative to the
 * project root, '/' between names, and never able to leave the project or reach Git's or mlo's own
 * files. Throws MLO_PATH_UNSAFE; `where` names the file that holds the path.
 */
export function parseProjectPath(text: string, where?: string): ProjectPath {
  const fault = faultOf(text);
  if (fault === undefined) return text;
  const source = where === undefined ? '' : ` in ${where}`;
  throw new MloError('MLO_PATH_UNSAFE', `Path ${JSON.stringify(text)}${source} is refused: it ${fault}`, {
    hint: 'Paths are written relative to the project root, for example data/raw.csv',
    details: { path: text, ...(where === undefined ? {} : { file: where }) },
  });
}

export function isSafeProjectPath(text: unknown): text is ProjectPath {
  return typeof text === 'string' && faultOf(text) === undefined;
}

/** Whether one of the names in a path is that of Git's or mlo's own folder, as file systems that ignore case see it. */
export function hasOwnFolder(path: string): boolean {
  return path.split('/').some((name) => /^\.(git|mlo)$/i.test(name));
}

/** Absolute, normalized paths: `child` is `parent` or lies below it. Says nothing about symlinks. */
export function isInside(parent: string, child: string): boolean {
  if (child === parent) return true;
  return child.startsWith(parent.endsWith('/') ? parent : `${parent}/`);
}

function faultOf(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.includes('\0')) return 'contains a NUL character';
  if (text.startsWith('/')) return 'is absolute';
  const names = text.split('/');
  if (names.includes('')) return "has an empty name between two '/'";
  if (names.includes('..')) return "contains '..'";
  if (names.includes('.')) return "contains '.' as a name";
  if (names.some((name) => name.toLowerCase() === '.git')) return "leads into Git's own folder";
  if (names.some((name) => name.toLowerCase() === '.mlo')) return "leads into mlo's own folder";
  return undefined;
}
