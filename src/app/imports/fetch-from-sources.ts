import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isUrlSource, sourceText, type PointerSource } from '../../core/pointer-source.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { Project } from '../project.ts';
import { isHere } from '../transfer/is-here.ts';
import { findPathIn } from './bring-path.ts';
import { bring, wantedOf } from './bring-url.ts';
import { withRepository } from './move-repository.ts';
import { openUrl } from './open-url.ts';

export interface ImportToFetch {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly source: PointerSource;
}

/**
 * Brings imports that are not whole in the cache from where they were imported: exactly what their pointers say, or nothing.
 * Where that cannot be had there is a warning. Returns those that came.
 */
export async function fetchFromSources(
  project: Project,
  imports: readonly ImportToFetch[],
): Promise<{ readonly came: readonly ImportToFetch[]; readonly files: number; readonly bytes: number }> {
  const cache = await project.cache();
  const came: ImportToFetch[] = [];
  const sum = { files: 0, bytes: 0 };
  for (const each of imports) {
    if (isHere(cache, each.content)) continue;
    try {
      const brought = await fetchOne(project, each);
      if (!isHere(cache, each.content)) throw otherNow(each);
      came.push(each);
      sum.files += brought.files;
      sum.bytes += brought.bytes;
    } catch (error) {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
      project.ctx.emit({ type: 'warning', message: `'${each.path}' cannot be had from where it was imported: ${error.message}` });
    }
  }
  return { came, ...sum };
}

async function fetchOne(project: Project, { path, source }: ImportToFetch): Promise<{ readonly files: number; readonly bytes: number }> {
  if (!isUrlSource(source)) {
    return await withRepository(project, source.repo, async (opened) => {
      const commit = opened.repository.commit(source.commit);
      return await (await findPathIn(project, opened, commit, source.path)).bring();
    });
  }
  const { env, signal } = project.ctx;
  const { url, version } = source;
  const reader = await openUrl(url, { env, signal, root: project.root, ...(version === undefined ? {} : { version }) });
  try {
    const cache = await project.cache();
    const bringing = { url, out: path, pinned: false, before: source };
    return await bring(project, cache, reader, await wantedOf(project, cache, reader, bringing), bringing);
  } finally {
    reader.close();
  }
}

function otherNow({ path, source }: ImportToFetch): MloError {
  return new MloError('MLO_SOURCE_CHANGED', `${sourceText(source)} holds other bytes now than when '${path}' was imported`, {
    hint: `mlo update ${shellWord(path)} takes them as they are now.`,
  });
}
