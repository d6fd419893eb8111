import { isAbsolute, relative, resolve, sep } from 'node:path';

/** A path for messages: from the project's root, in which every stage runs, where it lies below. */
export function shownPath(path: string): string {
  const way = relative(process.cwd(), resolve(path));
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? path : way;
}
