import { describeNode, type MapNode, type SourceNode } from '../source/node.ts';
import type { PipelineFile, ProjectPath } from '../stage.ts';
import type { Value } from '../value.ts';
import { jsonSafe, jsonSafeMap } from './fields.ts';
import { interpolate, scalarText, type TemplateFault } from './interpolate.ts';
import { resolvePath } from './paths.ts';
import type { Problems } from './problems.ts';
import type { FileSetting } from './resolve.ts';

export type TopLevel = Pick<PipelineFile, 'params' | 'metrics' | 'plots' | 'artifacts'>;

/** Top-level `params`, `metrics`, `plots` and `artifacts` of a file, templates replaced, paths from the project root. */
export function readTopLevel(root: MapNode, file: FileSetting, problems: Problems): TopLevel {
  if (root.entries.has('datasets')) {
    const entry = root.entries.get('datasets') as { keyStart: number; node: SourceNode };
    problems.warn({ from: root.from, start: entry.keyStart }, "'datasets' is ignored: mlo does not have DVC's datasets");
  }
  return {
    params: readPaths(root, 'params', file, problems),
    metrics: readPaths(root, 'metrics', file, problems),
    plots: readPlots(root, file, problems),
    artifacts: readArtifacts(root, file, problems),
  };
}

function readPaths(root: MapNode, key: string, file: FileSetting, problems: Problems): readonly ProjectPath[] {
  const list = resolved(root, key, file, problems);
  if (list?.kind !== 'list') return [];
  return list.items.map((item) => projectPath(item, key, file, problems)).filter((path) => path !== undefined);
}

/** An id is a file or a free name, so it stays as it is written. */
function readPlots(root: MapNode, file: FileSetting, problems: Problems): PipelineFile['plots'] {
  const list = resolved(root, 'plots', file, problems);
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => {
    if (item.kind === 'map')
      return Array.from(item.entries, ([id, { node }]) => ({ id, props: node.kind === 'map' ? jsonSafeMap(node) : {} }));
    return item.kind === 'scalar' ? [{ id: scalarText(item), props: {} }] : [];
  });
}

function readArtifacts(root: MapNode, file: FileSetting, problems: Problems): PipelineFile['artifacts'] {
  const map = resolved(root, 'artifacts', file, problems);
  if (map?.kind !== 'map') return {};
  const artifacts: Record<string, Value> = {};
  for (const [name, { node }] of map.entries) {
    if (node.kind !== 'map') continue;
    const written = node.entries.get('path')?.node;
    const path = written === undefined ? undefined : projectPath(written, `artifacts.${name}.path`, file, problems);
    const value = jsonSafe(node) as { [key: string]: Value };
    if (path !== undefined) artifacts[name] = { ...value, path };
  }
  return artifacts;
}

/** The node of a top-level key with its templates replaced; undefined when there is none or one cannot be. */
function resolved(root: MapNode, key: string, file: FileSetting, problems: Problems): SourceNode | undefined {
  const node = root.entries.get(key)?.node;
  if (node === undefined || file.scope === undefined) return undefined;
  let faults = 0;
  const value = interpolate(node, file.scope.context, 'scalars', (fault: TemplateFault) => {
    faults += 1;
    problems.add(fault.code, fault, `failed to parse '${key}' in '${file.path}': ${fault.message}`, fault.hint);
  });
  return faults > 0 ? undefined : value;
}

function projectPath(node: SourceNode, where: string, file: FileSetting, problems: Problems): ProjectPath | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    problems.add('MLO_PIPELINE_INVALID', node, `${where}: expected a path, found ${describeNode(node)}`);
    return undefined;
  }
  const path = resolvePath(file.folder, node.value);
  if ('path' in path) return path.path;
  problems.add(
    'MLO_PIPELINE_INVALID',
    node,
    `${where}: '${node.value}' ${path.refused}`,
    'Paths are relative to the pipeline file and lie inside the project.',
  );
  return undefined;
}
