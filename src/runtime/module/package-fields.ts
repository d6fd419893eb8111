import type { Digest } from '../../core/content.ts';
import { hashBytes } from '../../fs/hash.ts';

/** Fields that decide which file a specifier means and how it is read; a new script or version is no new code. */
const FIELDS = ['name', 'type', 'main', 'exports', 'imports'];

/**
 * Digest of a package.json as far as module resolution sees it. Keys within `exports` keep their order,
 * which has a meaning there. A file that is no JSON object counts by its text.
 */
export function packageFieldsDigest(text: string): Digest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return hashBytes(text);
    throw error;
  }
  if (typeof content !== 'object' || content === null) return hashBytes(text);
  const fields = FIELDS.map((field) => (content as { [field: string]: unknown })[field] ?? null);
  return hashBytes(JSON.stringify(fields));
}
