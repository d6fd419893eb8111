import { hasSecretQuery } from '../text/secret-query.ts';
import type { ProjectPath } from '../stage.ts';

/** The folder of a project path; `''` for the root. */
export function folderOf(path: ProjectPath): ProjectPath | '' {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function baseName(path: ProjectPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export type Resolved = { readonly path: ProjectPath } | { readonly refused: string; readonly hint?: string };

/** Bytes of UTF-8 that a file system takes as one name. */
const NAME_LIMIT = 255;

/** A path written relative to `folder`, as a project path; refused when it is absolute or leaves the project. */
export function resolvePath(folder: ProjectPath | '' | '.', written: string): Resolved {
  if (written === '') return { refused: 'is empty' };
  if (written.includes('\0')) return { refused: 'contains a NUL character' };
  if (written.startsWith('/')) return { refused: 'is absolute' };
  const long = tooLongName(written);
  if (long !== undefined)
    return { refused: `has a name that is too long: ${long} bytes`, hint: `File systems take ${NAME_LIMIT} bytes at most as one name.` };
  // Most paths are plain and written from the root: nothing to normalise.
  if (PLAIN.test(written)) return { path: folder === '' || folder === '.' ? written : `${folder}/${written}` };
  const parts = folder === '' || folder === '.' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return { refused: 'is outside the project' };
  }
  return { path: parts.length === 0 ? '.' : parts.join('/') };
}

/** The bytes of the first name that no file system takes. */
function tooLongName(written: string): number | undefined {
  // No character has more than three bytes a UTF-16 unit.
  if (written.length * 3 <= NAME_LIMIT) return undefined;
  const encoder = new TextEncoder();
  return written
    .split('/')
    .map((name) => encoder.encode(name).length)
    .find((bytes) => bytes > NAME_LIMIT);
}

const PLAIN = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** `s3://…`, `https://…`, `ds://…`. */
export function isUrl(written: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(written);
}

/** URLs that a stage may depend on: what lies there is looked at, never downloaded. Why it may not be one, else undefined. */
export function urlDepFault(url: string): string | undefined {
  if (!/^(s3|https?|remote):\/\/[^/]/i.test(url)) return 'is none that mlo can look at: s3://, https://, http:// and remote:// are';
  if (/[\0\s]/.test(url)) return 'has a space or NUL in it; write spaces as %20';
  // The lock is committed.
  if (hasSecretQuery(url)) return 'holds a signature or key, which would be written into the lock';
  return /^https?:\/\/[^/]*@/i.test(url) ? 'has a password in it, which would be written into the lock' : undefined;
}

/** One lock beside each pipeline file; DVC's own `dvc.lock` is never touched. */
export function lockPathOf(file: ProjectPath): ProjectPath {
  const stem = file.replace(/\.ya?ml$/i, '');
  return baseName(stem) === 'dvc' ? `${stem}.mlo.lock` : `${stem}.lock`;
}
