import type { Cache } from '../../cache/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';

/**
 * Data of somebody else must not bring a repository along: git in that folder would do what its configuration says.
 * All trees are in the cache. Throws MLO_PATH_UNSAFE.
 */
export function refuseGitFolders(cache: Cache, content: Content, label: string): void {
  const seen = new Set<Digest>();
  const look = (digest: Digest, path: string): void => {
    if (seen.has(digest)) return;
    seen.add(digest);
    for (const { name, type, digest: below } of cache.readTree(digest)) {
      const at = `${path}${name.toString('utf8')}`;
      if (/(^|\/)\.(git|mlo)$/i.test(at)) {
        throw new MloError('MLO_PATH_UNSAFE', `${label} is refused: it contains '${at}'`, {
          hint: 'Import a part of it that has no such folder.',
        });
      }
      if (type === 'tree') look(below, `${at}/`);
    }
  };
  if (content.kind === 'tree') look(content.digest, '');
}
