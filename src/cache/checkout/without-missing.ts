import type { Content, Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { inFolder, type BytePath } from '../../fs/byte-path.ts';
import { contentRow, rowContent, treeOf } from '../tree-objects.ts';
import { shownPath, type WorkspaceContext } from '../workspace/context.ts';

/** What can be checked out of content of which some objects are lost. */
export interface Remains {
  /** Undefined where nothing is left. */
  readonly content: Content | undefined;
  /** Files, and folders whose tree is lost. */
  readonly lost: readonly BytePath[];
}

/** The trees on the way to what is missing are made anew, without it. */
export function withoutMissing(context: WorkspaceContext, content: Content, path: BytePath, missing: ReadonlySet<Digest>): Remains {
  const lost: BytePath[] = [];

  function remains(each: Content, at: BytePath): Content | undefined {
    if (missing.has(each.digest)) {
      lost.push(at);
      return undefined;
    }
    return each.kind === 'tree' ? remainingTree(each, at) : each;
  }

  function remainingTree(tree: Content, at: BytePath): Content {
    const before = lost.length;
    const rows = context.trees.rows(tree.digest).flatMap((row): readonly TreeRow[] => {
      const left = remains(rowContent(row), inFolder(at, row.name));
      return left === undefined ? [] : [contentRow(row.name, left)];
    });
    if (lost.length === before) return tree;
    const made = treeOf(rows);
    context.store.put(made.content.digest, made.bytes);
    return made.content;
  }

  return { content: remains(content, path), lost };
}

export function lostError(context: WorkspaceContext, path: BytePath, lost: readonly BytePath[], missing: readonly Digest[]): MloError {
  const shown = lost.slice(0, 10).map((each) => `\n  ${shownPath(context, each)}`);
  const more = lost.length > shown.length ? `\n  and ${lost.length - shown.length} more` : '';
  const what = lost.length === 1 ? '1 path is' : `${lost.length} paths are`;
  return new MloError(
    'MLO_OBJECT_MISSING',
    `'${shownPath(context, path)}' was checked out but for what is not in the cache; ${what} lost:${shown.join('')}${more}`,
    {
      hint: 'mlo verify --repair looks for other copies; a machine that has the data can share its cache',
      details: { paths: lost.slice(0, 1000).map((each) => shownPath(context, each)), digests: missing.slice(0, 100) },
    },
  );
}
