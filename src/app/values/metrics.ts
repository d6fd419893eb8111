import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import type { Project } from '../project.ts';
import type { ValuesData } from '../types.ts';
import { readValues } from './read-values.ts';
import type { ValueSource } from './source.ts';

/** Metrics of one state of the project, by file, keys with dots. `targets`: files instead of what the pipeline declares. */
export async function metricsOf(project: Project, source: ValueSource, targets: readonly ProjectPath[]): Promise<ValuesData> {
  const { parseMetricsText } = await import('../../core/metrics/parse.ts');
  return await readValues(project, source, targets.length > 0 ? targets : metricFiles(source.pipeline), parseMetricsText);
}

export function metricFiles(pipeline: Pipeline): readonly ProjectPath[] {
  const outs = pipeline.stages.flatMap((stage) => stage.outs.filter((out) => out.kind === 'metric').map((out) => out.path));
  return [...new Set([...outs, ...pipeline.files.flatMap((file) => file.metrics)])];
}
