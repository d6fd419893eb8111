import { MloError } from '../../core/errors/mlo-error.ts';
import { compareRows, type CompareRow } from '../../core/compare/rows.ts';
import { metricDirection, type MetricDirection } from '../../core/metrics/direction.ts';
import type { RunGit, RunDetail, RunSummary, Tracking } from '../../tracking/types.ts';
import type { RunInput } from '../../tracking/inputs/inputs.ts';
import { changedFiles, type ChangedFile } from '../../fs/git-changes.ts';
import { withProject, type Project } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';
import { dataChanges, type DataChange } from './compare/data-changes.ts';
import { factsOfRun } from './compare/facts-of-run.ts';

export interface RunsCompareOptions {
  /** Full ids or unique prefixes of at least 4 characters; none: the two newest runs without a parent, the older first. */
  readonly ids: readonly string[];
  /** What is equal, too. */
  readonly all?: boolean;
}

export interface RunsCompareData {
  /** In the order given; values and deltas of the rows are in the same order. */
  readonly runs: readonly RunSummary[];
  /** What differs, of each section by key; deltas are against the first run. */
  readonly rows: readonly CompareRow[];
  /** Rows that are equal in all runs and not told. */
  readonly equal: number;
  /** Of two runs: files that differ between their commits; absent where Git does not have both. */
  readonly code?: readonly ChangedFile[];
  /** Of two runs: what lies between two versions of the same data. */
  readonly data?: readonly DataChange[];
}

/** Runs side by side: params, metrics, data, code, tags and environment. Throws MLO_RUN_UNKNOWN, MLO_USAGE. */
export async function runsCompare(ctx: AppContext, { ids, all = false }: RunsCompareOptions): Promise<RunsCompareData> {
  return await withProject(ctx, async (project) => {
    const directionOf = (metric: string): MetricDirection | undefined => metricDirection(metric, project.config.metricDirections);
    const { runs, rows } = await readTracking(project, (tracking) => {
      const found = chosenRuns(tracking, ids);
      const facts = found.map((run) => factsOfRun(tracking, run, directionOf));
      return { runs: found, rows: compareRows(facts, directionOf) };
    });
    const shown = rows.filter((row) => all || row.differs);
    return {
      runs: runs.map(summaryOf),
      rows: shown,
      equal: rows.length - shown.length,
      ...(await betweenTwo(project, runs)),
    };
  });
}

function chosenRuns(tracking: Tracking, ids: readonly string[]): readonly RunDetail[] {
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    const { id } = tracking.get(only);
    const other = tracking.list({ limit: 2 }).find((each) => each.id !== id);
    throw new MloError('MLO_USAGE', 'runs compare takes two runs or more (or none: the two newest)', {
      hint: other === undefined ? 'mlo runs list --all' : `mlo runs compare ${other.id.slice(0, 8)} ${id.slice(0, 8)}`,
    });
  }
  if (ids.length > 0) return ids.map((id) => tracking.get(id));
  const newest = tracking.list({ limit: 2 }).toReversed();
  if (newest.length === 2) return newest.map(({ id }) => tracking.get(id));
  throw new MloError('MLO_RUN_UNKNOWN', `This project has ${newest.length === 0 ? 'no runs' : 'only one run'} yet`, { hint: 'mlo repro' });
}

async function betweenTwo(project: Project, runs: readonly RunDetail[]): Promise<Pick<RunsCompareData, 'code' | 'data'>> {
  const [old, now, ...more] = runs;
  if (old === undefined || now === undefined || more.length > 0) return {};
  const code = codeBetween(project, old.git, now.git);
  const [before, after] = [inputsOf(old), inputsOf(now)];
  const data = dataChanges(await project.cache(), before, after);
  return { ...(code === undefined ? {} : { code }), data };
}

function codeBetween(project: Project, old: RunGit | undefined, now: RunGit | undefined): readonly ChangedFile[] | undefined {
  if (old === undefined || now === undefined || old.commit === now.commit) return undefined;
  return changedFiles(project.root, old.commit, now.commit);
}

function inputsOf(run: RunDetail): readonly RunInput[] {
  return [...run.inputs, ...run.children.flatMap(inputsOf)];
}

function summaryOf(run: RunDetail): RunSummary {
  const { params: _params, metrics: _metrics, tags: _tags, artifacts: _artifacts, inputs: _inputs, models: _models, ...rest } = run;
  const { links: _links, children: _children, ...summary } = rest;
  return summary;
}
