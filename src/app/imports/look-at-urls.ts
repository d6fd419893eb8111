import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import { Lanes } from '../../remote/lanes.ts';
import type { UrlFile, UrlLook } from '../../remote/url/port.ts';
import type { Project } from '../project.ts';
import { openUrl } from './open-url.ts';

/** Asked at a time. */
const LANES = 8;
/** Each waits longer: a command must not stand still for what it can go on without. */
const ATTEMPTS = 2;

/**
 * What lies at URLs that stages depend on: nothing is downloaded, the digest is that of what the servers say. Without those
 * that cannot be asked, each with a warning; undefined where nothing lies.
 */
export async function lookAtUrls(project: Project, urls: readonly string[]): Promise<ReadonlyMap<string, Content | undefined>> {
  const found = new Map<string, Content | undefined>();
  const lanes = new Lanes(LANES);
  for (const url of urls) await lanes.begin(async () => await lookAt(project, url, found));
  await lanes.end();
  return found;
}

async function lookAt(project: Project, url: string, found: Map<string, Content | undefined>): Promise<void> {
  const { env, signal, emit } = project.ctx;
  try {
    const reader = await openUrl(url, { env, signal, root: project.root, attempts: ATTEMPTS });
    try {
      found.set(url, stateOf(await reader.look()));
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
    if (error.code === 'MLO_TARGET') return void found.set(url, undefined);
    if (error.code !== 'MLO_REMOTE') throw error;
    emit({ type: 'warning', message: `${error.message}; it counts as unchanged` });
  }
}

function stateOf({ kind, files }: UrlLook): Content {
  const size = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  const [first] = files;
  if (kind === 'file' && first !== undefined) {
    const { etag, version } = first;
    return {
      digest: hashBytes(JSON.stringify(markOf(first))),
      size,
      kind: 'file',
      ...(etag === undefined ? {} : { etag }),
      ...(version === undefined ? {} : { version }),
    };
  }
  const marks = files.map((file) => [file.key, ...markOf(file)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return { digest: hashBytes(JSON.stringify(marks)), size, kind: 'file', files: files.length };
}

/** The ETag, or where there is none the time of the last change; and the size. A version is not compared: equal bytes that were put again are equal. */
function markOf({ etag, modified, size }: UrlFile): readonly [string | null, number | null] {
  return [etag ?? modified ?? null, size ?? null];
}
