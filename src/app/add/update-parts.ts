import type { Cache } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { Pointer } from '../pointers.ts';
import type { AddData } from '../types.ts';

type Parts = NonNullable<AddData['added'][number]['parts']>;

export interface UpdatedFolder {
  readonly content: Content;
  readonly parts: Parts;
}

/**
 * The folder of a pointer with what lies at some paths in it now (undefined: nothing any more). The rest of the folder is
 * taken as the pointer has it, and costs nothing.
 */
export function updateParts(
  cache: Cache,
  pointer: Pointer,
  stored: ReadonlyMap<ProjectPath, Content | undefined>,
  store: boolean,
): UpdatedFolder {
  const changes = new Map([...stored].map(([path, content]) => [path.slice(pointer.path.length + 1), content]));
  const { content, replaced } = withWayOut(pointer, () => cache.graft(pointer.content, changes, { store }));
  const parts = [...stored].map(([path, now]) => {
    const before = replaced.get(path.slice(pointer.path.length + 1));
    if (before === undefined && now === undefined) {
      throw new MloError('MLO_TARGET', `'${path}' does not exist, neither here nor in '${pointer.path}' as it was added`, {
        hint: 'Check the path.',
      });
    }
    return { path, change: changeOf(before, now) };
  });
  return { content, parts };
}

function changeOf(before: Content | undefined, now: Content | undefined): Parts[number]['change'] {
  if (before === undefined) return 'added';
  if (now === undefined) return 'removed';
  return sameContent(before, now) ? 'unchanged' : 'modified';
}

/** Without the trees on the way, only the whole folder can say what is in it. */
function withWayOut<T>(pointer: Pointer, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_OBJECT_MISSING') throw error;
    throw new MloError(error.code, `What is in '${pointer.path}' is not in the cache, so single paths in it cannot be updated`, {
      hint: `With all of the folder here: mlo add ${shellWord(pointer.path)}`,
      details: error.details,
      cause: error,
    });
  }
}
