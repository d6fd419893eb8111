import { MloError } from '../core/errors/mlo-error.ts';
import type { RunId } from '../core/run.ts';

export function runUnknown(id: string): MloError {
  return new MloError('MLO_RUN_UNKNOWN', `No run has the id ${JSON.stringify(id)}.`, { hint: 'mlo runs list --all', details: { id } });
}

export function runAmbiguous(prefix: string, candidates: readonly RunId[], more: boolean): MloError {
  const list = candidates.join(', ') + (more ? ', …' : '');
  return new MloError('MLO_RUN_UNKNOWN', `The id ${JSON.stringify(prefix)} fits several runs: ${list}.`, {
    hint: `mlo runs show ${candidates[0] ?? prefix}`,
    details: { id: prefix, candidates },
  });
}

export function runExists(id: RunId): MloError {
  return new MloError('MLO_TRACKING', `The run ${id} exists already; a run is started once.`, {
    hint: `mlo runs show ${id}`,
    details: { id },
  });
}

/** `old` and `new` are canonical JSON. */
export function paramConflict(id: RunId, key: string, old: string, value: string): MloError {
  return new MloError(
    'MLO_TRACKING',
    `The param ${JSON.stringify(key)} of run ${id} is ${old} and cannot become ${value}: params are written once.`,
    {
      hint: 'Log what changes during a run as a metric, or under another name.',
      details: { id, key, old, new: value },
    },
  );
}

export function invalidRecord(id: RunId, what: string): MloError {
  return new MloError('MLO_TRACKING', `Run ${id}: ${what}.`, { details: { id } });
}
