import { createReadStream } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import type { Place } from './find-path.ts';

/** A file that can be read from its first to its last byte. */
export interface ReadableFile {
  readonly size: number;
  /** Of what mlo keeps; absent for files of Git and the workspace. */
  readonly digest?: Digest;
  /** In pieces of bounded size (files of Git whole); what mlo keeps is verified, at the last piece at the latest. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Throws MLO_TARGET where a folder or a symlink is. */
export async function openFound(project: Project, { state, found }: Place, typed: string): Promise<ReadableFile> {
  if (found.kind === 'folder' || (found.kind === 'kept' && found.content.kind === 'tree')) {
    throw new MloError('MLO_TARGET', `'${typed}' is a folder; only files can be read`, { hint: `mlo ls ${shellWord(typed)}` });
  }
  const cache = await project.cache();
  if (found.kind === 'kept') {
    const { content } = found;
    if (content.kind === 'symlink') throw isLink(typed, cache.readBytes(content.digest).toString('utf8'));
    return { size: content.size, digest: content.digest, bytes: () => cache.stream(content) };
  }
  const { revision } = state;
  if (revision === undefined) {
    const path = absolutePath(project.root, found.path);
    return { size: found.file.size, bytes: () => createReadStream(path) };
  }
  const bytes = revision.readBytes(found.path) ?? Buffer.alloc(0);
  if (found.file.type === 'symlink') throw isLink(typed, bytes.toString('utf8'));
  return { size: bytes.length, bytes: () => once(bytes) };
}

function isLink(typed: string, target: string): MloError {
  return new MloError('MLO_TARGET', `'${typed}' is a symlink to '${target}'; only files can be read`, {
    hint: 'Name the file that it leads to',
    details: { path: typed, target },
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
