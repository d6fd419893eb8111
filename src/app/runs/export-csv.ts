import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { own } from '../../core/own.ts';
import type { RunId } from '../../core/run.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { Value } from '../../core/value.ts';
import type { Exchange } from '../../tracking/merge/types.ts';
import type { FoundRun } from '../../tracking/search/types.ts';

const HEAD = ['run_id', 'name', 'experiment', 'parent_run_id', 'stage', 'status', 'started', 'ended', 'user', 'git_commit'] as const;

/** A row a run; columns `params.*`, `metrics.*` (the last value) and `tags.*` of all of them. Times in ISO 8601, empty where there is nothing. RFC 4180. */
export function* csvOfRuns(exchange: Exchange, ids: readonly RunId[]): Generator<string> {
  const { params, metrics, tags } = exchange.wideNames(ids);
  yield row([
    ...HEAD,
    ...params.map((name) => `params.${name}`),
    ...metrics.map((name) => `metrics.${name}`),
    ...tags.map((name) => `tags.${name}`),
  ]);
  for (const run of exchange.wideRuns(ids)) {
    yield row([
      ...headOf(run),
      ...params.map((name) => paramText(own(run.params, name))),
      ...metrics.map((name) => numberText(own(run.metrics, name)?.value)),
      ...tags.map((name) => own(run.tags, name) ?? ''),
    ]);
  }
}

/** A row a point of one metric, runs one after the other. Throws MLO_TARGET where none of the runs has it. */
export function* csvOfPoints(exchange: Exchange, ids: readonly RunId[], metric: string): Generator<string> {
  const { metrics } = exchange.wideNames(ids);
  if (ids.length > 0 && !metrics.includes(metric)) throw noMetric(metric, metrics);
  yield row(['run_id', 'step', 'timestamp_ms', 'value']);
  const shown = Array.from(exchange.wideRuns(ids), ({ id }) => id);
  for (const id of shown) {
    for (const { steps, timestampsMs, values } of exchange.points(id, metric)) {
      let text = '';
      for (let at = 0; at < steps.length; at += 1) text += `${id},${steps[at]},${timestampsMs[at]},${values[at]}\r\n`;
      yield text;
    }
  }
}

function noMetric(metric: string, known: readonly string[]): MloError {
  const near = nearest(metric, known);
  return new MloError('MLO_TARGET', `None of these runs has a metric ${JSON.stringify(metric)}`, {
    hint: near === undefined ? 'mlo runs show names the metrics of a run' : `Did you mean ${JSON.stringify(near)}?`,
    details: { metric, known },
  });
}

function headOf(run: FoundRun): readonly string[] {
  const { id, name, experiment, parentId = '', stage = '', status, startedMs, endedMs, user, git } = run;
  return [
    id,
    name,
    experiment,
    parentId,
    stage,
    status,
    timeText(startedMs),
    endedMs === undefined ? '' : timeText(endedMs),
    user,
    git?.commit ?? '',
  ];
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** Texts as they are, all else as JSON. */
function paramText(value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : canonicalJson(value);
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function row(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
