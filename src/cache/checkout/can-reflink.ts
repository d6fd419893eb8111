import { rmSync, writeFileSync } from 'node:fs';
import { toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { temporaryBeside, tryReflink } from '../../fs/place.ts';
import type { WorkspaceContext } from '../workspace/context.ts';

/** Whether files of the store can be cloned into the folder of `path`; tried once a command. */
export function canReflink(context: WorkspaceContext, path: BytePath): boolean {
  const { abilities, store } = context;
  if (abilities.reflinkTried || !abilities.reflink) return abilities.reflink;
  const object = store.loose.newTemporary();
  const clone = toSystemPath(temporaryBeside(path));
  withIoErrors('write to the cache folder', object, () => {
    try {
      writeFileSync(object, 'probe');
      abilities.reflink = tryReflink(object, clone, 0o666);
    } finally {
      rmSync(object, { force: true });
      rmSync(clone, { force: true });
    }
  });
  abilities.reflinkTried = true;
  return abilities.reflink;
}
