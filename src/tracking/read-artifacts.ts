import type { Content, Digest } from '../core/content.ts';
import type { RunId } from '../core/run.ts';
import type { Connection } from './connection.ts';

/** What a run keeps. */
export interface RunArtifact {
  readonly run: RunId;
  readonly path: string;
  readonly content: Pick<Content, 'digest' | 'kind' | 'size'>;
}

/** Artifacts of all runs, each digest of a run once. */
export function listArtifacts(db: Connection): readonly RunArtifact[] {
  const rows = db
    .prepare(
      'SELECT r.id AS run, a.path, a.digest, a.kind, a.size FROM artifacts a JOIN runs r ON r.seq = a.run ORDER BY r.started_ms DESC',
    )
    .all() as { run: RunId; path: string; digest: Digest; kind: Content['kind']; size: number }[];
  return rows.map(({ run, path, digest, kind, size }) => ({ run, path, content: { digest, kind, size } }));
}
