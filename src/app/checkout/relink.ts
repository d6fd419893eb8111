import { join } from 'node:path';
import type { Cache, CheckoutOptions } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { absolutePath } from '../paths.ts';
import { byteProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { contentOf } from '../tracked/missing-files.ts';
import type { TrackedContent } from '../tracked/tracked-state.ts';

/**
 * Places again what lies at a tracked path and is as it should be, by the configured kind of link: another `cache.link`
 * counts for what is checked out from then on, and this makes it count for what is there. Returns the number of files.
 * What differs, or has files in it that do not belong to it, is left alone down to what is the same.
 */
export async function relink(project: Project, { path, content }: TrackedContent): Promise<number> {
  const cache = await project.cache();
  const onProgress = byteProgress(project.ctx.emit, 'checkout', path, content.size);
  const options: CheckoutOptions = { link: project.config.link, signal: project.ctx.signal, includeIgnored: true, again: true, onProgress };
  return await relinkAt(cache, content, absolutePath(project.root, path), options);
}

async function relinkAt(cache: Cache, content: Content, path: string, options: CheckoutOptions): Promise<number> {
  if (content.kind === 'symlink') return 0;
  const here = await cache.observe(path, { anything: true, includeIgnored: true });
  if (here === undefined) return 0;
  if (sameContent(here, content)) {
    if (!cache.has(content)) throw onlyHere(path);
    await cache.checkout(content, path, options);
    return content.files ?? 1;
  }
  if (content.kind !== 'tree' || here.kind !== 'tree') return 0;
  let files = 0;
  for (const row of cache.readTree(content.digest)) {
    const name = row.name.toString('utf8');
    // Names that are no text cannot be written as a path here; such files stay as they are.
    if (Buffer.from(name, 'utf8').equals(row.name)) files += await relinkAt(cache, contentOf(row), join(path, name), options);
  }
  return files;
}

function onlyHere(path: string): MloError {
  return new MloError('MLO_OBJECT_MISSING', `${path} was left as it is: not all of its bytes are in the cache`, {
    hint: 'mlo verify --repair stores them again',
    details: { path },
  });
}
