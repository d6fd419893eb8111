import { wrongArgument } from '../../core/errors/wrong-argument.ts';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** A path for messages: from the project's root, in which every stage runs, where it lies below. Throws MLO_DATA for what can be no path. */
export function shownPath(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw wrongArgument('the path', 'the path of a file or folder', path);
  const way = relative(process.cwd(), resolve(path));
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? path : way;
}
