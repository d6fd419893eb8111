import { isUrl } from '../../core/pipeline/paths.ts';
import type { ProjectPath } from '../../core/stage.ts';
import type { Prepared } from '../prepare-plan.ts';

/** Pipeline and params files, modules, and deps of the project that no stage makes: what a commit must have for somebody else to run the same. */
export function codeOf({ stages, graph, locks }: Prepared): readonly ProjectPath[] {
  const paths = stages.flatMap((stage) => [
    stage.file,
    ...(stage.action.kind === 'module' ? [stage.action.path, ...Object.keys(locks.entries.get(stage.address)?.code ?? {})] : []),
    ...stage.params.map((spec) => spec.file),
    ...stage.deps.flatMap(({ path }) => (isUrl(path) || graph.outs.touching(path).length > 0 ? [] : [path])),
  ]);
  return [...new Set(paths)];
}
