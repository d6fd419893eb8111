import { openProject } from '../project.ts';
import { findPath } from '../tracked/find-path.ts';
import { openFound } from '../tracked/read-found.ts';
import { silentContext } from './context.ts';
import type { Where } from './types.ts';

/** Bytes of a file, in pieces; the project stays open until the last one is taken, or the reader has had enough. */
export async function* fileBytes(path: string, where: Where): AsyncGenerator<Uint8Array> {
  const project = await openProject(silentContext(where));
  try {
    const file = await openFound(project, await findPath(project, path, where.rev), path);
    yield* file.bytes();
  } finally {
    await project.close();
  }
}

export async function wholeFile(path: string, where: Where): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of fileBytes(path, where)) pieces.push(piece);
  return Buffer.concat(pieces);
}
