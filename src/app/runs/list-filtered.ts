import type { Filter } from '../../core/search/filter.ts';
import { parseFilter } from '../../core/search/parse-filter.ts';
import type { RunQuery, RunSummary, Tracking } from '../../tracking/types.ts';

/** The newest runs of a list that a filter finds, those below others included. Throws MLO_FILTER. */
export function listFiltered(tracking: Tracking, text: string, { limit, stage, experiment, deleted }: RunQuery): readonly RunSummary[] {
  const parts = [...asPart(parseFilter(text)), ...equal('stage', stage), ...equal('experiment', experiment)];
  const [first] = parts;
  const { runs } = tracking.search({
    ...(first === undefined ? {} : { filter: parts.length === 1 ? first : { kind: 'and', parts } }),
    limit: limit ?? Number.MAX_SAFE_INTEGER - 1,
    view: deleted === true ? 'deleted' : 'active',
    nowMs: Date.now(),
  });
  return runs.map(({ params: _params, metrics: _metrics, tags: _tags, data: _data, ...summary }) => summary);
}

function asPart(filter: Filter | undefined): readonly Filter[] {
  return filter === undefined ? [] : [filter];
}

function equal(name: 'stage' | 'experiment', value: string | undefined): readonly Filter[] {
  return value === undefined ? [] : [{ kind: 'compare', field: { kind: 'attribute', name }, op: '=', value }];
}
