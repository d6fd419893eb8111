import { MloError } from '../core/errors/mlo-error.ts';
import type { RunId } from '../core/run.ts';

export function runUnknown(id: string): MloError {
  return new MloError('MLO_RUN_UNKNOWN', `No run has the id ${JSON.stringify(id)}.`, { hint: 'mlo runs list --all', details: { id } });
}

/** The beginning of an id, which may well be that of some run. */
export function runIdTooShort(id: string, shortest: number): MloError {
  return new MloError(
    'MLO_RUN_UNKNOWN',
    `${JSON.stringify(id)} is too short for the id of a run: at least ${shortest} characters are needed.`,
    {
      hint: 'mlo runs list --all',
      details: { id },
    },
  );
}

export function runAmbiguous(prefix: string, candidates: readonly RunId[], more: boolean): MloError {
  const list = candidates.join(', ') + (more ? ', …' : '');
  return new MloError('MLO_RUN_UNKNOWN', `The id ${JSON.stringify(prefix)} fits several runs: ${list}.`, {
    hint: `mlo runs show ${candidates[0] ?? prefix}`,
    details: { id: prefix, candidates },
  });
}

export function runExists(id: RunId): MloError {
  return new MloError('MLO_RUN_STATE', `The run ${id} exists already; a run is started once.`, {
    hint: `mlo runs show ${id}`,
    details: { id },
  });
}

/** `old` and `new` are canonical JSON. */
export function paramConflict(id: RunId, key: string, old: string, value: string): MloError {
  return new MloError(
    'MLO_RUN_VALUE',
    `The param ${JSON.stringify(key)} of run ${id} is ${old} and cannot become ${value}: params are written once.`,
    {
      hint: 'Log what changes during a run as a metric, or under another name.',
      details: { id, key, old, new: value },
    },
  );
}

export function invalidRecord(id: RunId, what: string): MloError {
  return new MloError('MLO_RUN_VALUE', `Run ${id}: ${what}.`, { details: { id } });
}

export interface ChunkPlace {
  /** Number of the row in `chunks`. */
  readonly chunk: number;
  readonly run?: RunId;
  readonly metric?: string;
}

/** Bytes in the database at `path` that are no points. */
export function damagedChunk(path: string, place: ChunkPlace, cause: Error): MloError {
  const { chunk, run, metric } = place;
  const owner = run === undefined ? 'of no series' : `of metric ${JSON.stringify(metric)} of run ${run}`;
  return new MloError(
    'MLO_TRACKING',
    `The tracking database ${path} is damaged: points ${owner} (chunk ${chunk}) cannot be read: ${cause.message}.`,
    {
      hint: 'mlo verify',
      details: { path, ...place },
      cause,
    },
  );
}

/** `network`: the kind of file system. */
export function onNetwork(path: string, network: string): MloError {
  return new MloError(
    'MLO_TRACKING',
    `The tracking database ${path} would lie on a network file system (${network}), where several machines that write lose what they wrote.`,
    { hint: 'Keep it on a local disk: mlo config set tracking.path ~/mlo-tracking.db --local', details: { path, fileSystem: network } },
  );
}
