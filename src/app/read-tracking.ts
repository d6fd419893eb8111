import type { Tracking } from '../tracking/types.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import type { Project } from './project.ts';

/**
 * Reads the runs of the project without creating or blocking anything. Runs whose process died are
 * marked FAILED first, where there are such and the database can be written.
 */
export async function readTracking<T>(project: Project, read: (tracking: Tracking) => T): Promise<T> {
  const tracking = await openForReading(project);
  try {
    return read(tracking);
  } finally {
    tracking.close();
  }
}

/** The same for readings that take their time; to be closed. */
export async function openForReading(project: Project): Promise<Tracking> {
  const { openTracking } = await import('../tracking/open.ts');
  const tracking = openTracking({ path: project.trackingPath, readOnly: true });
  try {
    if (tracking.reconcile().length > 0) await buryDead(project);
    return tracking;
  } catch (error) {
    tracking.close();
    throw error;
  }
}

async function buryDead(project: Project): Promise<void> {
  const { openTracking } = await import('../tracking/open.ts');
  try {
    const tracking = openTracking({ path: project.trackingPath });
    tracking.reconcile();
    tracking.close();
  } catch (error) {
    // A reader may be someone who cannot write here; the next writer does it.
    if (!(error instanceof MloError) || error.code !== 'MLO_TRACKING') throw error;
  }
}
