import { isLostObject } from '../../core/errors/lost-object.ts';
import { fromLocked, type LockEntry } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import type { Stage } from '../../core/stage.ts';
import { absolutePath } from '../paths.ts';
import { saveUnknownBytes } from './prepare-outs.ts';
import { outsOf, type ReproSession } from './session.ts';

/** Brings the outs of the entry back from the cache. false: an object was missing or broken after all, and the stage must run. */
export async function restoreStage(session: ReproSession, stage: Stage, entry: LockEntry): Promise<boolean> {
  const { project, prepared, recorder } = session;
  await recorder.begin();
  try {
    await saveUnknownBytes(outsOf(session, stage), stage.outs);
    for (const out of stage.outs) {
      const locked = own(entry.outs, out.path);
      if (locked === undefined) throw new Error(`restore of '${stage.address}' without out '${out.path}'`);
      await prepared.cache.checkout(fromLocked(locked), absolutePath(project.root, out.path), {
        // What a stage adds to must not share its bytes with the store.
        link: out.persist ? ['reflink', 'copy'] : project.config.link,
        force: true,
        includeIgnored: true,
      });
      prepared.workspace.outs.set(out.path, fromLocked(locked));
    }
    return true;
  } catch (error) {
    if (!isLostObject(error)) throw error;
    project.ctx.emit({ type: 'warning', message: `Stage '${stage.address}' cannot be restored and runs instead: ${error.message}` });
    await prepared.workspace.refresh(stage);
    return false;
  }
}
