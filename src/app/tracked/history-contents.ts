import type { Digest } from '../../core/content.ts';
import type { GitHistory } from '../../fs/git-history.ts';
import { digestsIn, isDamage, mayNameObjects, namedContents, type NamedContent } from './stored-texts.ts';

/** What the locks and pointers of one commit name. */
export interface CommitContents {
  readonly contents: readonly NamedContent[];
  /** Digests in files that cannot be understood. */
  readonly unclear: readonly Digest[];
  /** Those files, and why. */
  readonly faults: readonly { readonly file: string; readonly why: string }[];
}

/** Of many commits at once; equal files are read once. Throws MLO_GIT, MLO_FORMAT_VERSION. */
export function historyContents(history: GitHistory, commits: readonly string[]): ReadonlyMap<string, CommitContents> {
  const files = history.files(commits, mayNameObjects);
  const texts = history.blobs([...files.values()].flatMap((blobs) => blobs.map(({ id }) => id)));
  const known = new Map<string, CommitContents>();
  return new Map(
    [...files].map(([commit, blobs]) => {
      const parts = blobs.map(({ path, id }) => {
        const key = `${id} ${path}`;
        let part = known.get(key);
        if (part === undefined) known.set(key, (part = contentsOf(path, texts.get(id)?.toString('utf8') ?? '')));
        return part;
      });
      return [
        commit,
        {
          contents: parts.flatMap((part) => part.contents),
          unclear: parts.flatMap((part) => part.unclear),
          faults: parts.flatMap((part) => part.faults),
        },
      ] as const;
    }),
  );
}

function contentsOf(file: string, text: string): CommitContents {
  try {
    return { contents: namedContents(file, text), unclear: [], faults: [] };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { contents: [], unclear: digestsIn(text), faults: [{ file, why: error.message }] };
  }
}
