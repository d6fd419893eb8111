import type { Content, Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { toDisplayPath } from '../../fs/byte-path.ts';
import type { ProjectPath } from '../../core/stage.ts';

/** One place that names content: a pointer, an out in a lock, an artifact of a run. */
export interface Naming {
  readonly path: ProjectPath;
  readonly content: Pick<Content, 'digest' | 'kind'>;
  /** Of outs. */
  readonly stage?: string;
}

/** What names things: the workspace, a branch, a tag, a run. */
export interface Namer {
  readonly label: string;
  readonly names: readonly Naming[];
}

/** A path that an object belongs to. */
export interface Use {
  readonly path: string;
  /** It is the list of what a folder holds: while that is missing, so is all that only it names. */
  readonly isFolder?: true;
  readonly stage?: string;
  /** Who says so: `workspace`, `branch main`, `tag v1.0`, `run 4f…`. */
  readonly in: readonly string[];
}

/** Paths of one object that are told. */
const MOST_PATHS = 1000;

/** What the objects belong to, down to the files in trees. Each tree is looked into once. */
export function findUses(
  wanted: ReadonlySet<Digest>,
  namers: readonly Namer[],
  rowsOf: (digest: Digest) => readonly TreeRow[] | undefined,
): ReadonlyMap<Digest, readonly Use[]> {
  const below = new Map<Digest, readonly Found[]>();
  const uses = new Map<Digest, Map<string, Omit<Use, 'in'> & { readonly in: Set<string> }>>();
  for (const { label, names } of namers) {
    for (const { path, content, stage } of names) {
      const found = content.kind === 'tree' ? findBelow(content.digest, wanted, rowsOf, below) : [];
      const self = { digest: content.digest, subPath: '', isFolder: content.kind === 'tree' };
      for (const { digest, subPath, isFolder } of [...(wanted.has(content.digest) ? [self] : []), ...found]) {
        const full = subPath === '' ? path : `${path}/${subPath}`;
        let paths = uses.get(digest);
        if (paths === undefined) uses.set(digest, (paths = new Map()));
        const known = paths.get(full);
        if (known !== undefined) known.in.add(label);
        else if (paths.size < MOST_PATHS) {
          const more = { ...(isFolder ? { isFolder } : {}), ...(stage === undefined ? {} : { stage }) } as const;
          paths.set(full, { path: full, in: new Set([label]), ...more });
        }
      }
    }
  }
  return new Map([...uses].map(([digest, paths]) => [digest, [...paths.values()].map((use) => ({ ...use, in: [...use.in] }))]));
}

interface Found {
  readonly digest: Digest;
  readonly subPath: string;
  readonly isFolder: boolean;
}

function findBelow(
  tree: Digest,
  wanted: ReadonlySet<Digest>,
  rowsOf: (digest: Digest) => readonly TreeRow[] | undefined,
  known: Map<Digest, readonly Found[]>,
): readonly Found[] {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const found: Found[] = [];
  for (const row of rowsOf(tree) ?? []) {
    const name = toDisplayPath(row.name as Parameters<typeof toDisplayPath>[0]);
    if (wanted.has(row.digest)) found.push({ digest: row.digest, subPath: name, isFolder: row.type === 'tree' });
    if (row.type !== 'tree') continue;
    for (const each of findBelow(row.digest, wanted, rowsOf, known)) found.push({ ...each, subPath: `${name}/${each.subPath}` });
  }
  known.set(tree, found);
  return found;
}
