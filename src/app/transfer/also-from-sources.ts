import type { Cache } from '../../cache/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { FetchData } from '../fetch.ts';
import type { ImportToFetch } from '../imports/fetch-from-sources.ts';
import { msSince } from '../ms-since.ts';
import type { Project } from '../project.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';
import type { Chosen, ChosenContent } from './choose-contents.ts';
import { isHere } from './is-here.ts';

/** Imports that no remote has come from where they were imported; also where there is no remote, if imports are all that is missing. */
export async function alsoFromSources(
  project: Project,
  chosen: Chosen,
  isDry: boolean,
  fetch: () => Promise<FetchData>,
): Promise<FetchData> {
  const startMs = performance.now();
  try {
    const fetched = await fetch();
    if (isDry || fetched.missing.length === 0) return fetched;
    const { cache: _cache, ...data } = await withImports(project, chosen, fetched);
    return data;
  } catch (error) {
    const isRemote = error instanceof MloError && (error.code === 'MLO_REMOTE' || error.code === 'MLO_REMOTE_UNKNOWN');
    if (isDry || !isRemote || !(await onlyImportsLack(project, chosen))) throw error;
    const nothing = { ...NOTHING, broken: chosen.broken };
    const fetched = await withImports(project, chosen, nothing);
    if (!contentsOf(chosen).every(({ content }) => isHere(fetched.cache, content))) throw error;
    const { cache: _cache, ...data } = fetched;
    return { ...data, durationMs: msSince(startMs) };
  }
}

const NOTHING: Omit<FetchData, 'broken'> = {
  remote: 'the sources of imports',
  address: '',
  done: true,
  files: 0,
  trees: 0,
  bytes: 0,
  bytesReceived: 0,
  here: 0,
  requests: 0,
  durationMs: 0,
  missing: [],
  onlyElsewhere: false,
};

async function withImports(project: Project, chosen: Chosen, fetched: FetchData): Promise<FetchData & { readonly cache: Cache }> {
  const cache = await project.cache();
  const imports = contentsOf(chosen).filter((each): each is ImportToFetch => each.source !== undefined && !isHere(cache, each.content));
  if (imports.length === 0) return { ...fetched, cache };
  const { fetchFromSources } = await import('../imports/fetch-from-sources.ts');
  const { files, bytes } = await fetchFromSources(project, imports);
  return {
    ...fetched,
    cache,
    files: fetched.files + files,
    bytes: fetched.bytes + bytes,
    bytesReceived: fetched.bytesReceived + bytes,
    missing: fetched.missing.filter(({ digest }) => cache.objects.sizeOf(digest) === undefined),
  };
}

async function onlyImportsLack(project: Project, chosen: Chosen): Promise<boolean> {
  const cache = await project.cache();
  const lacking = contentsOf(chosen).filter(({ content }) => !isHere(cache, content));
  return lacking.length > 0 && lacking.every(({ source }) => source !== undefined);
}

/** The list of what an import brought is made anew with it. */
function contentsOf({ groups }: Chosen): readonly ChosenContent[] {
  const all = groups.flatMap(({ contents }) => contents);
  const listings = new Set(all.flatMap(({ path, source }) => (source === undefined ? [] : [path + POINTER_SUFFIX])));
  return all.filter(({ path }) => !listings.has(path));
}
