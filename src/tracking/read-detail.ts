import { parseCanonicalJson } from '../core/encoding/canonical-json.ts';
import type { Content, Digest } from '../core/content.ts';
import type { MetricPoint } from '../core/run.ts';
import type { Connection } from './connection.ts';
import { readLastValue, readPointValue } from './numbers.ts';
import { findRun, SELECT_RUNS, toSummary, type RunRow } from './read-runs.ts';
import type { RunDetail, StageLink } from './types.ts';

/** Local numbers of a run and everything below it; UNION (not ALL) ends even where parents form a loop. */
const TREE = 'WITH RECURSIVE tree (seq) AS (SELECT ? UNION SELECT c.seq FROM runs c JOIN tree ON c.parent = tree.seq)';

/** The run with all that belongs to it, and its children with theirs: six queries, however large the tree. */
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
    'n.name, t.points, t.last_step AS step, t.last_value AS value',
    'series t ON t.run = tree.seq JOIN names n ON n.id = t.name',
    'n.name',
  );
  const tags = inTree<TagRow>('t.key, t.value', 'tags t ON t.run = tree.seq', 't.key');
  const artifacts = inTree<ArtifactRow>('t.path, t.digest, t.kind, t.size, t.files, t.mode', 'artifacts t ON t.run = tree.seq', 't.path');
  const links = inTree<LinkRow>('t.stage, t.outcome, t.producer', 'stage_links t ON t.run = tree.seq', 't.position, t.stage');

  const children = Map.groupBy(runs, (row) => row.parentSeq ?? -1);
  const assemble = (row: RunRow): RunDetail => ({
    ...toSummary(row),
    params: Object.fromEntries((params.get(row.seq) ?? []).map((param) => [param.name, parseCanonicalJson(param.json)])),
    metrics: Object.fromEntries(
      (series.get(row.seq) ?? []).map((s) => [s.name, { value: readLastValue(s.value), step: s.step, points: s.points }]),
    ),
    tags: Object.fromEntries((tags.get(row.seq) ?? []).map((tag) => [tag.key, tag.value])),
    artifacts: (artifacts.get(row.seq) ?? []).map((artifact) => ({ path: artifact.path, content: toContent(artifact) })),
    links: (links.get(row.seq) ?? []).map(toLink),
    children: (children.get(row.seq) ?? []).map(assemble),
  });
  const top = runs.find((row) => row.seq === root);
  if (top === undefined) throw new Error(`run ${id} vanished between two reads of one transaction`);
  return assemble(top);
}

/** By step, then time. Empty where the run has no such metric. */
export function readSeries(db: Connection, id: string, name: string): MetricPoint[] {
  const { seq } = findRun(db, id);
  const rows = db
    .prepare(
      `SELECT p.step, p.timestamp_ms AS timestampMs, p.value FROM names n JOIN series s ON s.name = n.id AND s.run = ?
       JOIN points p ON p.series = s.id WHERE n.name = ? ORDER BY p.step, p.timestamp_ms, p.value`,
    )
    .all(seq, name) as { step: number; timestampMs: number; value: number | string }[];
  return rows.map((row) => ({ name, value: readPointValue(row.value), step: row.step, timestampMs: row.timestampMs }));
}

interface ParamRow {
  readonly run: number;
  readonly name: string;
  readonly json: string;
}
interface SeriesRow {
  readonly run: number;
  readonly name: string;
  readonly points: number;
  readonly step: number;
  readonly value: number | null;
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
