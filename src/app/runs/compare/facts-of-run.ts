import type { Fact, Section } from '../../../core/compare/facts.ts';
import { isSystemMetric } from '../../../core/metrics/system-metric.ts';
import type { MetricDirection } from '../../../core/metrics/direction.ts';
import type { Value } from '../../../core/value.ts';
import type { MetricSummary, RunDetail, Tracking } from '../../../tracking/types.ts';
import { findRun } from '../find-run.ts';
import { NOTE_TAG } from '../../../core/note-tag.ts';

/** Tags that mlo sets say where a run was at work; those of MLflow's clients likewise. */
const ENVIRONMENT_TAG = /^(mlo|mlflow)\./;

const PLATFORM_TAGS: readonly string[] = ['mlo.node', 'mlo.platform'];

/** What a run used of the machine; it differs each time and says nothing about the work. */
const RESOURCE_TAG = /^mlo\.(cpu_|peak_)/;

/**
 * What is known of a run: its own, and that of its stages, also of those that it restored or found unchanged. Runs
 * nested below a stage (folds, trials) are left out: they are compared by themselves.
 */
export function factsOfRun(tracking: Tracking, run: RunDetail, directionOf: (metric: string) => MetricDirection | undefined): Fact[] {
  const stages = [
    ...run.children.filter((child) => child.stage !== undefined),
    ...run.links.flatMap((link) => {
      const producer = link.producerRunId === undefined ? undefined : findRun(tracking, link.producerRunId);
      return producer === undefined ? [] : [producer];
    }),
  ];
  return [
    ...loggedFacts({ ...run, tags: { ...platformTags(tracking, run), ...run.tags } }, directionOf),
    ...stages.flatMap((stage) => loggedFacts(stage, directionOf).map((fact) => ({ ...fact, stage: stage.stage ?? stage.name }))),
    ...codeFacts(run),
    { section: 'environment', key: 'host', value: run.host },
    { section: 'environment', key: 'user', value: run.user },
    ...(run.command === undefined ? [] : [{ section: 'environment' as const, key: 'command', value: run.command }]),
  ];
}

/** mlo says once for a process where it is: at its top run. */
function platformTags(tracking: Tracking, { parentId }: RunDetail): RunDetail['tags'] {
  const parent = parentId === undefined ? undefined : findRun(tracking, parentId);
  if (parent === undefined) return {};
  const own = Object.entries(parent.tags).filter(([key]) => PLATFORM_TAGS.includes(key));
  return { ...platformTags(tracking, parent), ...Object.fromEntries(own) };
}

function loggedFacts(run: RunDetail, directionOf: (metric: string) => MetricDirection | undefined): Fact[] {
  const of = (section: Section, values: { readonly [key: string]: Value }): Fact[] =>
    Object.entries(values).map(([key, value]) => ({ section, key, value }));
  const tags = Object.groupBy(
    Object.entries(run.tags).filter(([key]) => !RESOURCE_TAG.test(key)),
    ([key]) => (ENVIRONMENT_TAG.test(key) && key !== NOTE_TAG ? 'environment' : 'tags'),
  );
  return [
    ...of('params', run.params),
    ...Object.entries(run.metrics).flatMap(([name, metric]) => metricFacts(name, metric, directionOf(name))),
    ...run.inputs.map(({ name, digest }): Fact => ({ section: 'data', key: name, value: digest })),
    ...of('tags', Object.fromEntries((tags.tags ?? []).map(([key, value]) => [key === NOTE_TAG ? 'note' : key, value]))),
    ...of('environment', Object.fromEntries(tags.environment ?? [])),
  ];
}

/** The last value, and of a series the best one, spelled as a search does. System metrics say nothing about the work. */
function metricFacts(name: string, metric: MetricSummary, direction: MetricDirection | undefined): Fact[] {
  if (isSystemMetric(name)) return [];
  const last: Fact = { section: 'metrics', key: name, value: metric.value };
  const best = direction === 'higher' ? metric.max : direction === 'lower' ? metric.min : undefined;
  if (metric.points < 2 || best === undefined) return [last];
  return [last, { section: 'metrics', key: `${direction === 'higher' ? 'max' : 'min'}(${name})`, value: best.value }];
}

function codeFacts({ git }: RunDetail): Fact[] {
  if (git === undefined) return [];
  return [
    { section: 'code', key: 'commit', value: git.commit },
    ...(git.branch === undefined ? [] : [{ section: 'code' as const, key: 'branch', value: git.branch }]),
    { section: 'code', key: 'uncommitted changes', value: git.dirty ? (git.diff ?? 'yes') : 'none' },
  ];
}
