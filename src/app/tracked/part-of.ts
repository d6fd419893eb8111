import { MloError } from '../../core/errors/mlo-error.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { Project } from '../project.ts';
import type { TrackedContent } from './tracked-state.ts';

/** What pointer or lock say of a path in a tracked folder. Throws MLO_TARGET where the folder has no such path. */
export async function partOf(project: Project, around: TrackedContent, path: ProjectPath): Promise<TrackedContent> {
  const cache = await project.cache();
  const content = cache.subContent(around.content, path.slice(around.path.length + 1));
  if (content !== undefined) return { ...around, path, content, isPart: true };
  throw new MloError(
    'MLO_TARGET',
    `The tracked ${around.content.kind === 'tree' ? 'folder' : 'file'} '${around.path}' holds no '${path}'`,
    {
      hint: `mlo ls ${shellWord(around.path)}`,
    },
  );
}
