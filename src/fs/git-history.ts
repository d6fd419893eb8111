import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWalkedName, PROJECT_FOLDER } from '../core/path/own-paths.ts';
import { expectSuccess, gitEnvironment, gitError, gitIn, hasGitBinary, LARGEST_OUTPUT, type RunGit } from './git-process.ts';

interface GitRef {
  /** Short: `main`, `origin/main`, `v1.0`. */
  readonly name: string;
  readonly kind: 'branch' | 'tag';
  /** The commit, of an annotated tag the one it is put on, over other tags too. */
  readonly commit: string;
}

interface GitBlob {
  /** Relative to the project root, bytes as latin1 where they are not UTF-8. */
  readonly path: string;
  /** Of the blob. */
  readonly id: string;
}

/** What is asked about many revisions at once: a handful of git processes, however many there are. Throws MLO_GIT. */
export interface GitHistory {
  /** Branches, those of remotes as they were last seen, and tags that lead to commits. */
  refs(): readonly GitRef[];
  /** HEAD and the commits before it, newest first, `most` at most; empty before the first commit. */
  commits(most: number): readonly string[];
  /** Every commit that a branch, a tag, HEAD or one of the stashes leads to. */
  allCommits(): readonly string[];
  /** Files below the project root, of each commit, whose path is wanted; hidden folders, `node_modules` and other projects are not entered. */
  files(commits: readonly string[], isWanted: (path: string) => boolean): ReadonlyMap<string, readonly GitBlob[]>;
  /** Bytes of blobs by id. */
  blobs(ids: Iterable<string>): ReadonlyMap<string, Buffer>;
}

/** Undefined where `root` is in no Git repository, or there is no git binary. */
export function openGitHistory(root: string): GitHistory | undefined {
  if (!isInRepository(realpathSync(root)) || !hasGitBinary()) return undefined;
  const git = gitIn(root);
  return {
    refs: () => refsOf(root, git),
    commits: (most) => (hasHead(git) ? lines(expectSuccess(git, ['rev-list', `--max-count=${most}`, 'HEAD'])) : []),
    allCommits: () =>
      lines(expectSuccess(git, ['rev-list', '--all', ...(hasHead(git) ? ['HEAD'] : []), '--stdin'], { input: stashes(git) })),
    files: (commits, isWanted) => filesOf(root, commits, prefixOf(git), isWanted),
    blobs(ids) {
      const wanted = [...new Set(ids)];
      return new Map(readObjects(root, wanted).map((object, index) => [wanted[index] as string, object?.bytes ?? Buffer.alloc(0)]));
    },
  };
}

const REF_KINDS = ['refs/heads', 'refs/remotes', 'refs/tags'];

function refsOf(root: string, git: RunGit): readonly GitRef[] {
  const format = '--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)';
  const found = lines(expectSuccess(git, ['for-each-ref', format, ...REF_KINDS])).map((line) => {
    const [type, id = '', peeledType, peeledId, ref = ''] = line.split(' ');
    return { ref, id, commit: type === 'commit' ? id : peeledType === 'commit' ? peeledId : undefined, isOnTag: peeledType === 'tag' };
  });
  // Before 2.45 git peels one tag only.
  const onTags = found.filter(({ isOnTag }) => isOnTag).map(({ id }) => id);
  const peeled = readObjects(
    root,
    onTags.map((id) => `${id}^{commit}`),
  );
  const commits = new Map(onTags.map((id, index) => [id, peeled[index]?.id]));
  return found.flatMap(({ ref, id, commit = commits.get(id) }): readonly GitRef[] => {
    if (commit === undefined || ref.endsWith('/HEAD')) return [];
    return [{ commit, kind: ref.startsWith('refs/tags/') ? 'tag' : 'branch', name: ref.replace(/^refs\/(heads|remotes|tags)\//, '') }];
  });
}

/** Ids of all of them, a line each: only the latest is a ref. */
function stashes(git: RunGit): string {
  return expectSuccess(git, ['stash', 'list', '--no-show-signature', '--format=%H']);
}

/** Tree by tree, each that several commits share once: a git process for each level of folders. */
function filesOf(
  root: string,
  commits: readonly string[],
  prefix: string,
  isWanted: (path: string) => boolean,
): ReadonlyMap<string, readonly GitBlob[]> {
  const tops = readObjects(
    root,
    commits.map((commit) => `${commit}:${prefix.replace(/\/$/, '')}`),
  );
  const trees = new Map<string, readonly TreeEntry[]>();
  for (const top of tops) if (top?.type === 'tree') trees.set(top.id, parseTree(top.bytes, top.id.length / 2));
  let level = [...trees.values()];
  while (level.length > 0) {
    const unknown = new Set(level.flatMap((entries) => entries.filter(isEntered).map((entry) => entry.id)).filter((id) => !trees.has(id)));
    level = readObjects(root, [...unknown]).flatMap((object) => {
      if (object?.type !== 'tree') return [];
      const entries = parseTree(object.bytes, object.id.length / 2);
      if (isProject(entries)) return [];
      trees.set(object.id, entries);
      return [entries];
    });
  }
  const collect = (id: string, folder: string, into: GitBlob[]): GitBlob[] => {
    const entries = trees.get(id) ?? [];
    if (folder !== '' && isProject(entries)) return into;
    for (const entry of entries) {
      const path = `${folder}${entry.name}`;
      if (entry.mode === TREE_MODE) collect(entry.id, `${path}/`, into);
      else if ((entry.mode === '100644' || entry.mode === '100755') && isWanted(path)) into.push({ path, id: entry.id });
    }
    return into;
  };
  return new Map(commits.map((commit, index) => [commit, collect(tops[index]?.id ?? '', '', [])]));
}

const TREE_MODE = '40000';

interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

function isEntered({ mode, name }: TreeEntry): boolean {
  return mode === TREE_MODE && isWalkedName(name);
}

function isProject(entries: readonly TreeEntry[]): boolean {
  return entries.some(({ mode, name }) => mode === TREE_MODE && name === PROJECT_FOLDER);
}

/** `<mode> <name>\0<id>` for each entry. */
function parseTree(bytes: Buffer, idBytes: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0) break;
    const id = bytes.toString('hex', end + 1, end + 1 + idBytes);
    entries.push({ mode: bytes.toString('latin1', at, space), name: bytes.toString('utf8', space + 1, end), id });
    at = end + 1 + idBytes;
  }
  return entries;
}

interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** One process for all. Each comes as `<id> <type> <size>`, a line feed, the bytes, a line feed; undefined where there is none. */
function readObjects(root: string, names: readonly string[]): readonly (GitObject | undefined)[] {
  if (names.length === 0) return [];
  const args = ['cat-file', '--batch'];
  const result = spawnSync('git', args, { cwd: root, env: gitEnvironment(), maxBuffer: LARGEST_OUTPUT, input: `${names.join('\n')}\n` });
  if (result.error !== undefined) throw gitError(args, result.error.message, result.error);
  if (result.status !== 0) throw gitError(args, result.stderr.toString('utf8').trim());
  const { stdout } = result;
  let at = 0;
  return names.map(() => {
    const end = stdout.indexOf(10, at);
    const [, id, type, size] = /^([0-9a-f]+) ([a-z]+) (\d+)$/.exec(stdout.toString('latin1', at, end)) ?? [];
    if (end === -1) throw gitError(args, 'its answer ends early');
    if (id === undefined || type === undefined) {
      at = end + 1;
      return undefined;
    }
    const bytes = stdout.subarray(end + 1, end + 1 + Number(size));
    at = end + 2 + Number(size);
    return { id, type, bytes };
  });
}

function prefixOf(git: RunGit): string {
  return expectSuccess(git, ['rev-parse', '--show-prefix']).replace(/\n$/, '');
}

function hasHead(git: RunGit): boolean {
  return git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).status === 0;
}

function lines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '');
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}
