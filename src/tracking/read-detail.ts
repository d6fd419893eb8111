import type { Content, Digest } from '../core/content.ts';
import type { MetricBatch } from '../core/run.ts';
import type { Connection } from './connection.ts';
import { toMetricSummary, type MetricRow } from './metric-summary.ts';
import { chunkStore } from './points/chunk-store.ts';
import { NO_POINTS } from './points/columns.ts';
import { readInputs } from './inputs/inputs.ts';
import { readModels } from './models/models.ts';
import { readParam } from './read-param.ts';
import { RowDamage } from './sqlite-errors.ts';
import { TREE } from './read-tree.ts';
import { findRun, SELECT_RUNS, toSummary, type RunRow } from './read-runs.ts';
import type { RunDetail, StageLink } from './types.ts';

/** The run with all that belongs to it, and its children with theirs: eight queries, however large the tree. */
export function readDetail(db: Connection, id: string): RunDetail {
  const root = findRun(db, id).seq;
  const inTree = <Row extends { run: number }>(columns: string, from: string, order: string): Map<number, Row[]> =>
    Map.groupBy(
      db.prepare(`${TREE} SELECT t.run, ${columns} FROM tree JOIN ${from} ORDER BY ${order}`).all(root) as Row[],
      (row) => row.run,
    );

  const runs = db.prepare(`${TREE} ${SELECT_RUNS} JOIN tree ON tree.seq = r.seq ORDER BY r.started_ms, r.seq`).all(root) as RunRow[];
  const params = inTree<ParamRow>('n.name, t.json', 'params t ON t.run = tree.seq JOIN names n ON n.id = t.name', 'n.name');
  const series = inTree<SeriesRow>(
    `n.name, t.points, t.last_step AS step, t.last_value AS value, t.min_value AS minValue, t.min_step AS minStep,
     t.max_value AS maxValue, t.max_step AS maxStep`,
    'series t ON t.run = tree.seq JOIN names n ON n.id = t.name',
    'n.name',
  );
  const tags = inTree<TagRow>('t.key, t.value', 'tags t ON t.run = tree.seq AND t.value IS NOT NULL', 't.key');
  const artifacts = inTree<ArtifactRow>('t.path, t.digest, t.kind, t.size, t.files, t.mode', 'artifacts t ON t.run = tree.seq', 't.path');
  // A run may be missing that made outs: after kill -9 it was never written, or it was purged, or it is in another store.
  const producer = 'CASE WHEN EXISTS (SELECT 1 FROM runs p WHERE p.id = t.producer) THEN t.producer END AS producer';
  const links = inTree<LinkRow>(`t.stage, t.outcome, ${producer}`, 'stage_links t ON t.run = tree.seq', 't.position, t.stage');

  const inputs = readInputs(db, root);
  const models = readModels(db, root);

  const children = Map.groupBy(runs, (row) => row.parentSeq ?? -1);
  const assemble = (row: RunRow): RunDetail => ({
    ...toSummary(row),
    params: Object.fromEntries((params.get(row.seq) ?? []).map((param) => [param.name, readParam(param.json)])),
    metrics: Object.fromEntries((series.get(row.seq) ?? []).map((own) => [own.name, toMetricSummary(own)])),
    tags: Object.fromEntries((tags.get(row.seq) ?? []).map((tag) => [tag.key, tag.value])),
    artifacts: (artifacts.get(row.seq) ?? []).map((artifact) => ({ path: artifact.path, content: toContent(artifact) })),
    inputs: inputs.get(row.seq) ?? [],
    models: models.get(row.seq) ?? [],
    links: (links.get(row.seq) ?? []).map(toLink),
    // What was deleted from below a run is not shown with it.
    children: (children.get(row.seq) ?? []).filter((child) => child.deletedMs === null || row.deletedMs !== null).map(assemble),
  });
  const top = runs.find((row) => row.seq === root);
  if (top === undefined) throw new RowDamage(`rows that run ${id} refers to are missing`);
  return assemble(top);
}

export function readSeries(db: Connection, id: string, name: string): MetricBatch {
  const { seq } = findRun(db, id);
  const series = db.prepare('SELECT s.id FROM names n JOIN series s ON s.name = n.id AND s.run = ? WHERE n.name = ?').pluck();
  const found = series.get(seq, name) as number | undefined;
  return { name, ...(found === undefined ? NO_POINTS : chunkStore(db).read(found)) };
}

interface ParamRow {
  readonly run: number;
  readonly name: string;
  readonly json: string;
}
interface SeriesRow extends MetricRow {
  readonly run: number;
  readonly name: string;
}
interface TagRow {
  readonly run: number;
  readonly key: string;
  readonly value: string;
}
interface ArtifactRow {
  readonly run: number;
  readonly path: string;
  readonly digest: string;
  readonly kind: Content['kind'];
  readonly size: number;
  readonly files: number | null;
  readonly mode: 'exec' | null;
}
interface LinkRow {
  readonly run: number;
  readonly stage: string;
  readonly outcome: StageLink['outcome'];
  readonly producer: string | null;
}

function toContent(row: ArtifactRow): Content {
  return {
    digest: row.digest as Digest,
    size: row.size,
    kind: row.kind,
    ...(row.files === null ? {} : { files: row.files }),
    ...(row.mode === null ? {} : { mode: row.mode }),
  };
}

function toLink(row: LinkRow): StageLink {
  return { stage: row.stage, outcome: row.outcome, ...(row.producer === null ? {} : { producerRunId: row.producer }) };
}
