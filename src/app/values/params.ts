import { selectParams, nestParams } from '../../core/params/keys.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Pipeline, ProjectPath, Stage } from '../../core/stage.ts';
import type { Project } from '../project.ts';
import type { ValuesData } from '../types.ts';
import { readValues } from './read-values.ts';
import type { ValueSource } from './source.ts';

/** Shown whole even where no stage declares it, as DVC does. */
const DEFAULT_FILE = 'params.yaml';

export interface ParamsChoice {
  /** Whole files instead of what the pipeline declares. */
  readonly targets: readonly ProjectPath[];
  /** Only what stages declare. */
  readonly depsOnly: boolean;
  /** Only what these stages declare: names, addresses, or the name before the `@`. */
  readonly stages?: readonly string[];
}

/** Params of one state of the project, nested as in their files. */
export async function paramsOf(project: Project, source: ValueSource, choice: ParamsChoice): Promise<ValuesData> {
  const selection = selectFiles(source.pipeline, choice);
  const { parseParamsText } = await import('../../core/params/parse.ts');
  return await readValues(project, source, selection.keys(), (path, text) => {
    const values = parseParamsText(path, text);
    const keys = selection.get(path) ?? null;
    return keys === null ? values : nestParams(selectParams(values, keys).values);
  });
}

/** Keys by file; null is the whole file and wins over single keys. */
export function selectFiles(
  pipeline: Pipeline,
  { targets, depsOnly, stages }: ParamsChoice,
): ReadonlyMap<ProjectPath, readonly string[] | null> {
  if (targets.length > 0) return new Map(targets.map((path) => [path, null]));
  const selection = new Map<ProjectPath, readonly string[] | null>();
  if (!depsOnly && stages === undefined)
    for (const path of [DEFAULT_FILE, ...pipeline.files.flatMap((file) => file.params)]) selection.set(path, null);
  for (const { file, keys } of chosenStages(pipeline, stages).flatMap((stage) => stage.params)) {
    const before = selection.get(file);
    if (before === null) continue;
    selection.set(file, keys === null ? null : [...new Set([...(before ?? []), ...keys])]);
  }
  return selection;
}

function chosenStages({ stages: all }: Pipeline, names: readonly string[] | undefined): readonly Stage[] {
  if (names === undefined) return all;
  return names.flatMap((name) => {
    const found = all.filter((stage) => stage.address === name || stage.name === name || stage.group === name);
    if (found.length === 0) throw new MloError('MLO_TARGET', `There is no stage '${name}'`, { hint: 'mlo stage list' });
    return found;
  });
}
