import type { Content, Digest } from '../../core/content.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';

export interface FileFault {
  readonly path: string;
  readonly why: string;
}

/** Pointers and locks whose "size" or "files" are not those of what they name, as an edit by hand leaves them. Broken objects are told of elsewhere. */
export function wrongSizes(
  contents: readonly NamedContent[],
  broken: ReadonlySet<Digest>,
  realSize: (content: Content) => Pick<Content, 'size' | 'files'> | undefined,
): readonly FileFault[] {
  return contents.flatMap(({ path, content, lock }): readonly FileFault[] => {
    const real = broken.has(content.digest) ? undefined : realSize(content);
    if (real === undefined) return [];
    const told = [...difference('size', content.size, real.size), ...difference('files', content.files, real.files)];
    if (told.length === 0) return [];
    const what = lock === undefined ? '' : `stage '${lock.stage}', out '${path}': `;
    return [{ path: lock?.file ?? path + POINTER_SUFFIX, why: `${what}${told.join(', ')} of what it names` }];
  });
}

function difference(key: 'size' | 'files', said: number | undefined, real: number | undefined): readonly string[] {
  return said === real ? [] : [`"${key}" is ${said ?? 'absent'}, not the ${real ?? 'none'}`];
}
