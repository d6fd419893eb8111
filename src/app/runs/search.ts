import { differingFields } from '../../core/search/columns.ts';
import { fieldsOf, uniqueFields, type Field, type Filter, type OrderTerm } from '../../core/search/filter.ts';
import { parseFilter } from '../../core/search/parse-filter.ts';
import { parseColumns, parseOrder } from '../../core/search/parse-order.ts';
import { printField } from '../../core/search/print.ts';
import type { FoundRun, RunPage, RunSearch, UnknownName } from '../../tracking/search/types.ts';
import type { Tracking } from '../../tracking/types.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';

export interface RunsSearchOptions {
  /** Default: every run. */
  readonly filter?: string;
  /** `metrics.acc DESC, start_time`; default: newest first. */
  readonly orderBy?: string;
  /** Default 20. */
  readonly limit?: number;
  /** All that match instead. */
  readonly all?: boolean;
  readonly pageToken?: string;
  /** Runs that were deleted instead of those that were not. */
  readonly deleted?: boolean;
  /** Not the runs below others. */
  readonly topLevel?: boolean;
  /** `metrics.loss, params.lr`: columns of the table beside those that filter and order name. */
  readonly columns?: string;
}

export interface RunsSearchData {
  readonly runs: readonly FoundRun[];
  /** What the table shows of each run: `metrics.acc`, `params.lr`. */
  readonly columns: readonly string[];
  /** What the runs are ordered by first, where it is a metric. */
  readonly best?: { readonly column: string; readonly highest: boolean };
  /** For the next page; absent on the last one. */
  readonly nextPageToken?: string;
  /** Where nothing was found: what no run ever had. */
  readonly unknown?: readonly UnknownName[];
}

const DEFAULT_LIMIT = 20;
/** Runs that are read at a time where all are wanted. */
const BATCH = 1_000;

/** The runs that a filter finds, with their params and metrics. Throws MLO_FILTER, which points at the character. */
export async function runsSearch(ctx: AppContext, options: RunsSearchOptions): Promise<RunsSearchData> {
  const filter = parseFilter(options.filter ?? '');
  const orderBy = parseOrder(options.orderBy ?? '');
  const asked = parseColumns(options.columns ?? '');
  const page = await withProject(
    ctx,
    async (project) => await readTracking(project, (tracking) => findRuns(tracking, options, filter, orderBy)),
  );
  const mentioned = uniqueFields([...orderBy.map(({ field }) => field), ...(filter === undefined ? [] : fieldsOf(filter)), ...asked]);
  const columns = mentioned.some(isLogged) ? mentioned : [...mentioned, ...differingFields(page.runs)];
  return { ...page, columns: columns.filter(isColumn).map(printField), ...bestOf(orderBy[0]) };
}

function findRuns(tracking: Tracking, options: RunsSearchOptions, filter: Filter | undefined, orderBy: readonly OrderTerm[]): RunPage {
  const search: RunSearch = {
    ...(filter === undefined ? {} : { filter }),
    orderBy,
    limit: options.all === true ? BATCH : (options.limit ?? DEFAULT_LIMIT),
    view: options.deleted === true ? 'deleted' : 'active',
    topLevel: options.topLevel === true,
    nowMs: Date.now(),
  };
  const next = (pageToken: string | undefined): RunPage =>
    tracking.search({ ...search, ...(pageToken === undefined ? {} : { pageToken }) });
  const first = next(options.pageToken);
  if (options.all !== true) return first;
  const runs = [...first.runs];
  for (let token = first.nextPageToken; token !== undefined;) {
    const page = next(token);
    runs.push(...page.runs);
    token = page.nextPageToken;
  }
  return { runs, ...(first.unknown === undefined ? {} : { unknown: first.unknown }) };
}

/** These the table shows always. */
function isColumn(field: Field): boolean {
  return field.kind !== 'dataset' && !(field.kind === 'attribute' && ['run_id', 'name', 'status', 'start_time'].includes(field.name));
}

function isLogged(field: Field): boolean {
  return field.kind === 'metric' || field.kind === 'param';
}

function bestOf(term: OrderTerm | undefined): Pick<RunsSearchData, 'best'> {
  if (term?.field.kind !== 'metric') return {};
  return { best: { column: printField(term.field), highest: term.descending } };
}
