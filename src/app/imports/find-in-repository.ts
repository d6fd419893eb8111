import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isSafeProjectPath } from '../../core/path/project-path.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { SourceEntry, SourceRepository } from '../../fs/source-repository.ts';
import { LOCK_SUFFIX, POINTER_SUFFIX } from '../scan-project.ts';
import { isDamage, namedContents, type NamedContent } from '../tracked/stored-texts.ts';

/** What lies at a path of another project at one commit. Paths are relative to the folder of that project. */
type FoundInRepository =
  /** In what mlo keeps there: a tracked path, or (with `inside`) something in a tracked folder. */
  | { readonly kind: 'kept'; readonly content: Content; readonly inside?: string }
  /** A file of Git's. */
  | { readonly kind: 'file'; readonly entry: SourceEntry }
  /** A folder with such files and tracked paths, by the paths in it. */
  | { readonly kind: 'folder'; readonly files: ReadonlyMap<string, SourceEntry>; readonly kept: ReadonlyMap<string, Content> };

export interface RepositoryPlace {
  /** Folder of the project in the repository; '' for its top, else it ends with a slash. */
  readonly top: string;
  readonly found: FoundInRepository;
  /** Text of its committed configuration. */
  readonly config: string | undefined;
}

/** `typed` lies below a folder of the repository, '' or with a slash at its end. Throws MLO_TARGET where nothing lies there, MLO_PATH_UNSAFE, MLO_FORMAT_VERSION, MLO_GIT. */
export function findInRepository(repository: SourceRepository, commit: string, typed: string, below: string): RepositoryPlace {
  const inBelow = typed.replace(/\/+$/, '').replace(/^\.\//, '');
  if (!isSafeProjectPath(inBelow))
    throw new MloError('MLO_PATH_UNSAFE', `'${typed}' is no path in a repository`, {
      hint: 'Paths are relative to its top, for example data/raw',
    });
  const path = `${below}${inBelow}`;
  const all = repository.entries(commit);
  const top = topOf(all, path);
  const entries = new Map(all.flatMap((entry) => (entry.path.startsWith(top) ? [[entry.path.slice(top.length), entry] as const] : [])));
  const wanted = path.slice(top.length);
  const named = keptIn(repository, entries, wanted);
  const found = findIn(entries, named, wanted);
  if (found === undefined) {
    const known = [...named.keys(), ...entries.keys()].map((name) => top + dataOf(name)).filter((name) => name.startsWith(below));
    throw nothingThere(
      inBelow,
      commit,
      known.map((name) => name.slice(below.length)),
    );
  }
  const config = entries.get('.mlo/config.yaml');
  return { top, found, config: config === undefined ? undefined : repository.blobs([config.id])[0]?.toString('utf8') };
}

/** The nearest folder around the path that is a project. */
function topOf(entries: readonly SourceEntry[], path: string): string {
  const tops = entries.flatMap(({ path: each }) => {
    const [, top] = /^(.*?)\.mlo\/(?:config\.yaml|\.gitignore)$/.exec(each) ?? [];
    return top !== undefined && path.startsWith(top) ? [top] : [];
  });
  return tops.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** What pointers near the path and all locks name. */
function keptIn(repository: SourceRepository, entries: ReadonlyMap<string, SourceEntry>, path: string): ReadonlyMap<string, Content> {
  const texts = [...entries].filter(([name, { type }]) => type !== 'symlink' && (name.endsWith(LOCK_SUFFIX) || isNear(name, path)));
  const blobs = repository.blobs(texts.map(([, { id }]) => id));
  const kept = new Map<string, Content>();
  for (const [index, [name]] of texts.entries()) {
    for (const each of contentsOf(name, blobs[index]?.toString('utf8') ?? ''))
      // Of what Git has itself, the lock names the bytes too.
      if (each.path !== name && !entries.has(each.path)) kept.set(each.path, each.content);
  }
  return kept;
}

/** The path that a pointer is for; other names as they are. */
function dataOf(name: string): string {
  return name.endsWith(POINTER_SUFFIX) ? name.slice(0, -POINTER_SUFFIX.length) : name;
}

function isNear(name: string, path: string): boolean {
  const data = dataOf(name);
  if (data === name) return false;
  return data === path || path.startsWith(`${data}/`) || data.startsWith(`${path}/`);
}

/** What cannot be understood is nobody's to follow. */
function contentsOf(name: string, text: string): readonly NamedContent[] {
  try {
    return namedContents(name, text);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function findIn(
  entries: ReadonlyMap<string, SourceEntry>,
  kept: ReadonlyMap<string, Content>,
  path: string,
): FoundInRepository | undefined {
  const entry = entries.get(path);
  if (entry !== undefined) return { kind: 'file', entry };
  for (const [name, content] of kept) {
    if (name === path) return { kind: 'kept', content };
    if (path.startsWith(`${name}/`) && content.kind === 'tree') return { kind: 'kept', content, inside: path.slice(name.length + 1) };
  }
  const below = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].flatMap(([name, value]) => (name.startsWith(`${path}/`) ? [[name.slice(path.length + 1), value] as const] : [])));
  const inFolder = below(kept);
  const files = new Map([...below(entries)].filter(([name]) => dataOf(name) === name || !inFolder.has(dataOf(name))));
  return files.size + inFolder.size === 0 ? undefined : { kind: 'folder', files, kept: inFolder };
}

function nothingThere(path: string, commit: string, known: readonly string[]): MloError {
  const near = nearest(path, known);
  return new MloError('MLO_TARGET', `There is no '${path}' at commit ${commit.slice(0, 12)} of the repository`, {
    hint: near === undefined ? 'Paths are relative to the folder that is named as repository.' : `Did you mean '${near}'?`,
  });
}
