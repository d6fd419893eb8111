import { gitIn } from './git-process.ts';
import { openGit } from './git.ts';

/** `status`: A added, D deleted, M modified, R renamed (`from` is the old path), T another kind of thing. */
export interface ChangedFile {
  readonly status: string;
  readonly path: string;
  readonly from?: string;
}

/** Files below the project root that differ between two commits; undefined where Git does not have both. */
export function changedFiles(root: string, old: string, now: string): readonly ChangedFile[] | undefined {
  if (openGit(root) === undefined) return undefined;
  const { status, stdout } = gitIn(root)(['diff', '--name-status', '-z', '-M', '--relative', `${old}^{commit}`, `${now}^{commit}`, '--']);
  return status === 0 ? parseNameStatus(stdout.split('\0')) : undefined;
}

function parseNameStatus(fields: readonly string[]): ChangedFile[] {
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const status = (fields[at] as string).slice(0, 1);
    const isPair = status === 'R' || status === 'C';
    const [first, second] = [fields[at + 1] as string, fields[at + 2]];
    files.push(isPair && second !== undefined ? { status, path: second, from: first } : { status, path: first });
    at += isPair ? 3 : 2;
  }
  return files;
}
