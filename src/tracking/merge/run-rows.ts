import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { FROM_RUNS, RUN_COLUMNS, type RunRow } from '../read-runs.ts';
import { byKey, type TagRow } from './line-parts.ts';
import type { ChangingValue } from './record-format.ts';

/** What an export says of a run beside its points and models, each in the order of the export. */
export interface RunRows {
  readonly head: HeadRow;
  readonly experiment: ExperimentFacts;
  /** Names and canonical JSON. */
  readonly params: readonly { readonly name: string; readonly json: string }[];
  readonly tags: readonly TagRow[];
  readonly series: readonly { readonly id: number; readonly name: string }[];
  readonly inputs: readonly object[];
  readonly artifacts: readonly object[];
  readonly links: readonly object[];
  readonly hasModels: boolean;
}

interface HeadRow extends RunRow {
  readonly experimentChangedMs: number;
  readonly nameChangedMs: number;
  readonly lifecycleChangedMs: number;
}

interface ExperimentFacts {
  readonly createdMs: number;
  readonly tags?: { readonly [key: string]: ChangingValue };
}

/** One query a table for all of these runs: of ten thousand runs with a few rows each, the queries are most of the work. */
export function readRunRows(db: Connection, ids: readonly RunId[]): ReadonlyMap<RunId, RunRows> {
  const heads = prepared(db, HEADS).all(JSON.stringify(ids)) as HeadRow[];
  const seqs = JSON.stringify(heads.map(({ seq }) => seq));
  const read = <Row>(sql: string): ((seq: number) => readonly Row[]) => byRun(prepared(db, sql).all(seqs) as (Row & OfRun)[]);
  const params = read<RunRows['params'][number]>(PARAMS);
  const tags = read<TagRow>(TAGS);
  const series = read<RunRows['series'][number]>(SERIES);
  const [inputs, artifacts, links] = [read<object>(INPUTS), read<object>(ARTIFACTS), read<object>(LINKS)];
  const models = read<object>(MODELS);
  const experiments = new Map<string, ExperimentFacts>();
  for (const { experiment } of heads) if (!experiments.has(experiment)) experiments.set(experiment, experimentFacts(db, experiment));
  return new Map(
    heads.map((head) => {
      const { seq, id, experiment } = head;
      const rows = {
        params: params(seq),
        tags: tags(seq),
        series: series(seq),
        inputs: inputs(seq),
        artifacts: artifacts(seq),
        links: links(seq),
      };
      return [id, { head, experiment: experiments.get(experiment) as ExperimentFacts, ...rows, hasModels: models(seq).length > 0 }];
    }),
  );
}

interface OfRun {
  readonly run: number;
}

/** The column `run` is taken off. */
function byRun<Row>(rows: readonly (Row & OfRun)[]): (seq: number) => readonly Row[] {
  const found = new Map<number, Row[]>();
  for (const { run, ...row } of rows) {
    const own = found.get(run);
    if (own === undefined) found.set(run, [row as Row]);
    else own.push(row as Row);
  }
  return (seq) => found.get(seq) ?? [];
}

function experimentFacts(db: Connection, name: string): ExperimentFacts {
  const createdMs = prepared(db, 'SELECT min(created_ms) FROM experiments WHERE name = ?').pluck().get(name) as number;
  const tags = (prepared(db, EXPERIMENT_TAGS).all(name) as TagRow[]).filter(({ key }, place, all) => key !== all[place - 1]?.key);
  return { createdMs, ...(tags.length === 0 ? {} : { tags: byKey(tags) }) };
}

const HEADS = `SELECT ${RUN_COLUMNS}, r.experiment_changed_ms AS experimentChangedMs, r.name_changed_ms AS nameChangedMs, r.lifecycle_changed_ms AS lifecycleChangedMs
  ${FROM_RUNS} WHERE r.id IN (SELECT value FROM json_each(?))`;

/** Of all that have the name; of one key the value that was set last first, as `tagUpsert` has it. */
const EXPERIMENT_TAGS = `SELECT t.key, t.value, t.changed_ms AS changedMs FROM experiments e JOIN experiment_tags t ON t.experiment = e.id
  WHERE e.name = ? ORDER BY t.key, t.changed_ms DESC, t.value IS NULL, t.value DESC`;

const ofRuns = (column: string): string => `WHERE ${column} IN (SELECT value FROM json_each(?))`;

const PARAMS = `SELECT p.run, n.name, p.json FROM params p JOIN names n ON n.id = p.name ${ofRuns('p.run')} ORDER BY p.run, n.name`;
const TAGS = `SELECT run, key, value, changed_ms AS changedMs FROM tags ${ofRuns('run')} ORDER BY run, key`;
const SERIES = `SELECT s.run, s.id, n.name FROM series s JOIN names n ON n.id = s.name ${ofRuns('s.run')} ORDER BY s.run, n.name`;
const INPUTS = `SELECT i.run, n.name, i.digest, i.context, i.kind, i.size, i.files, i.source_type AS sourceType, i.source, i.schema, i.profile, i.tags
  FROM inputs i JOIN names n ON n.id = i.name ${ofRuns('i.run')} ORDER BY i.run, n.name, i.digest, i.context`;
const ARTIFACTS = `SELECT run, path, digest, size, kind, files, mode, changed_ms AS changedMs FROM artifacts ${ofRuns('run')} ORDER BY run, path`;
const LINKS = `SELECT run, stage, outcome, producer AS producerRunId, position FROM stage_links ${ofRuns('run')} ORDER BY run, position, stage`;
const MODELS = `SELECT DISTINCT run FROM logged_models ${ofRuns('run')}`;
