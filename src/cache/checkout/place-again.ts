import { renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { sameContent, type Content } from '../../core/content.ts';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { temporaryBeside } from '../../fs/place.ts';
import type { Node } from '../scan/node.ts';
import type { CheckoutOptions } from '../types.ts';
import { shownPath, type WorkspaceContext } from '../workspace/context.ts';
import { lstat, namesIn } from '../workspace/read-path.ts';
import { RelinkedFiles } from '../workspace/relinked.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import { putInPlace, stageAll } from './apply.ts';
import { Stager } from './stager.ts';

/**
 * Writes `content` anew beside `path`, where it lies already, and puts it in its place. `look` tells what lies there once all is
 * written. Throws MLO_SOURCE_CHANGED where that is something else by then, and nothing was touched, or where something was
 * written at the last moment: that is kept.
 */
export async function placeAgain(
  context: WorkspaceContext,
  content: Content,
  path: BytePath,
  look: () => Promise<Node | undefined>,
  options: CheckoutOptions,
): Promise<void> {
  const staged = { placement: { path, content }, temporary: temporaryBeside(path) };
  const stager = new Stager(context, options);
  let written: readonly BytePath[] = [];
  try {
    await stageAll(stager, [staged], options);
    const found = await look();
    if (found === undefined || !sameContent(found.content, content)) throw sourceChanged(path);
    const shownMs = context.index.now();
    if (content.kind === 'tree') written = swapFolder(staged.temporary, path, found);
    else putInPlace(context, { ...staged, placement: { ...staged.placement, replaced: found } }, new RelinkedFiles(), false);
    stager.remember(path, shownMs);
  } catch (error) {
    await stager.settle();
    rmSync(toSystemPath(staged.temporary), { recursive: true, force: true });
    throw error;
  }
  const [first] = written;
  if (first !== undefined) throw writtenMeanwhile(context, first, written.length);
}

/**
 * The folder `temporary` takes the place of the one at `path`. Of that one goes what was `seen`; what was written since
 * comes to its place in the new folder. Returns the paths of that.
 */
export function swapFolder(temporary: BytePath, path: BytePath, seen: Node): readonly BytePath[] {
  const aside = temporaryBeside(path);
  return withIoErrors('replace the folder', toDisplayPath(path), () => {
    renameSync(toSystemPath(path), toSystemPath(aside));
    try {
      renameSync(toSystemPath(temporary), toSystemPath(path));
    } catch (error) {
      renameSync(toSystemPath(aside), toSystemPath(path));
      throw error;
    }
    const written: BytePath[] = [];
    clear(aside, path, seen, new RelinkedFiles(), written);
    return written;
  });
}

/** Of the folder `aside`, which lay at `path`. */
function clear(aside: BytePath, path: BytePath, seen: Node, relinked: RelinkedFiles, written: BytePath[]): void {
  for (const name of namesIn(aside)) {
    const old = inFolder(aside, name);
    const place = inFolder(path, name);
    const known = seen.children?.get(name);
    const stat = lstat(old);
    if (stat === undefined) continue;
    if (stat.isDirectory() && known?.children !== undefined && lstat(place)?.isDirectory() === true) {
      clear(old, place, known, relinked, written);
    } else if (known !== undefined && relinked.isUnchanged(stat, known.stat)) {
      relinked.losesName(stat);
      unlinkSync(toSystemPath(old));
    } else if (isTemporaryName(name)) {
      rmSync(toSystemPath(old), { recursive: true });
    } else {
      rmSync(toSystemPath(place), { recursive: true, force: true });
      renameSync(toSystemPath(old), toSystemPath(place));
      written.push(place);
    }
  }
  rmdirSync(toSystemPath(aside));
}

function writtenMeanwhile(context: WorkspaceContext, path: BytePath, count: number): MloError {
  const shown = shownPath(context, path);
  const what = count === 1 ? `${shown} was` : `${shown} and ${count - 1} more were`;
  return new MloError('MLO_SOURCE_CHANGED', `${what} written while the folder was placed again; what was written is kept`, {
    hint: 'Let the program that writes it finish, then run the command again',
    details: { path: shown },
  });
}
