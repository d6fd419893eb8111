import type { MapEntry, MapNode, SourceNode } from '../source/node.ts';
import type { ProjectPath } from '../stage.ts';
import { nearest } from '../text/nearest.ts';
import { TemplateContext } from './context.ts';
import { firstTemplate } from './interpolate.ts';
import { resolvePath } from './paths.ts';
import type { Problems } from './problems.ts';
import type { Sources } from './sources.ts';

const DEFAULT_PARAMS_FILE = 'params.yaml';

/** Which files a context holds: wholly (null) or by these top-level keys. */
type Loaded = ReadonlyMap<ProjectPath, readonly string[] | null>;

/** A context with what it was loaded from, so that stages can add to it. */
export interface VarsScope {
  readonly context: TemplateContext;
  readonly loaded: Loaded;
}

export interface VarsOwner {
  readonly pipelineFile: ProjectPath;
  /** Folder that files are relative to. */
  readonly folder: ProjectPath | '';
  /** `vars`, or `stages.train.vars`. */
  readonly where: string;
  /** Prefix of the origin shown in conflicts: `` or `train.`. */
  readonly originPrefix: string;
}

/** `params.yaml` beside the pipeline file, then the file's own `vars`; undefined when something is wrong with them. */
export function fileScope(owner: VarsOwner, vars: SourceNode | undefined, sources: Sources, problems: Problems): VarsScope | undefined {
  const start: VarsScope = { context: TemplateContext.empty(), loaded: new Map() };
  const resolved = resolvePath(owner.folder, DEFAULT_PARAMS_FILE);
  const defaults = 'path' in resolved ? sources.paramsFile(resolved.path) : undefined;
  if (defaults === undefined || !('path' in resolved)) return addVars(start, owner, vars, sources, problems);
  if (defaults.problems.length > 0) {
    problems.addAll('MLO_PARAMS', defaults.problems);
    return undefined;
  }
  const merged = start.context.merge(defaults.root, resolved.path) as TemplateContext;
  return addVars({ context: merged, loaded: new Map([[resolved.path, null]]) }, owner, vars, sources, problems);
}

/** Adds a list of `vars` in order. */
export function addVars(
  scope: VarsScope,
  owner: VarsOwner,
  vars: SourceNode | undefined,
  sources: Sources,
  problems: Problems,
): VarsScope | undefined {
  if (vars?.kind !== 'list') return scope;
  const interpolated = firstTemplate(vars);
  if (interpolated !== undefined) {
    tell(owner, interpolated, 'interpolating is not allowed', problems, 'Values of vars are taken as they are written.');
    return undefined;
  }
  let current: VarsScope | undefined = scope;
  for (const [index, item] of vars.items.entries()) {
    if (current === undefined) return undefined;
    if (item.kind === 'map') current = mergeInto(current, item, `${owner.originPrefix}vars[${index}]`, item, owner, problems);
    else if (item.kind === 'scalar' && typeof item.value === 'string')
      current = addFile(current, item.value, item, owner, sources, problems);
  }
  return current;
}

function addFile(
  scope: VarsScope,
  written: string,
  item: SourceNode,
  owner: VarsOwner,
  sources: Sources,
  problems: Problems,
): VarsScope | undefined {
  const colon = written.indexOf(':');
  const name = colon < 0 ? written : written.slice(0, colon);
  const keys =
    colon < 0
      ? null
      : written
          .slice(colon + 1)
          .split(',')
          .filter((key) => key !== '');
  const wanted = keys === null || keys.length === 0 ? null : keys;
  const resolved = resolvePath(owner.folder, name);
  const fail = (message: string, hint?: string): undefined => tell(owner, item, message, problems, hint);
  if ('refused' in resolved) return fail(`'${name}' ${resolved.refused}`, 'Keep files of vars inside the project.');
  const { path } = resolved;

  const before = scope.loaded.get(path);
  if (before === null && wanted === null) return scope;
  if (before === null)
    return fail(`cannot partially load '${written}' as it's already loaded.`, `All keys of '${path}' can be used already.`);
  if (before !== undefined && (wanted === null || wanted.some((key) => before.includes(key))))
    return fail(`cannot load '${written}' as it's partially loaded already`);

  const file = sources.paramsFile(path);
  if (file === undefined) return fail(`'${path}' does not exist`);
  if (file.problems.length > 0) {
    problems.addAll('MLO_PARAMS', file.problems);
    return undefined;
  }
  const selected = wanted === null ? file.root : selectKeys(file.root, wanted);
  if (typeof selected === 'string') {
    const close = nearest(selected, file.root.entries.keys());
    return fail(`could not find '${selected}' in '${path}'`, close === undefined ? undefined : `Did you mean '${close}'?`);
  }
  const merged = mergeInto(scope, selected, path, item, owner, problems);
  if (merged === undefined) return undefined;
  const loaded = new Map(scope.loaded);
  loaded.set(path, wanted === null ? null : [...(before ?? []), ...wanted]);
  return { context: merged.context, loaded };
}

/** The map with only these top-level keys, or the first key that it lacks. */
function selectKeys(root: MapNode, keys: readonly string[]): MapNode | string {
  const entries = new Map<string, MapEntry>();
  for (const key of keys) {
    const entry = root.entries.get(key);
    if (entry === undefined) return key;
    entries.set(key, entry);
  }
  return { ...root, entries };
}

function mergeInto(
  scope: VarsScope,
  map: MapNode,
  origin: string,
  item: SourceNode,
  owner: VarsOwner,
  problems: Problems,
): VarsScope | undefined {
  const reserved = scope.context.reservedIn(map);
  if (reserved.length > 0) {
    const names = reserved.map((key) => `'${key}'`).join(' and ');
    return tell(
      owner,
      item,
      `attempted to modify reserved key${reserved.length > 1 ? 's' : ''} ${names} in '${origin}'`,
      problems,
      "foreach and matrix set 'item' and 'key'.",
    );
  }
  const merged = scope.context.merge(map, origin);
  if (merged instanceof TemplateContext) return { context: merged, loaded: scope.loaded };
  const { from } = item;
  const place = merged.entry.node.from === from ? { from, start: merged.entry.keyStart } : item;
  return tell(
    owner,
    place,
    `cannot redefine '${merged.key}' from '${origin}' as it already exists in '${merged.existing}'`,
    problems,
    'Rename one of the two keys.',
  );
}

function tell(owner: VarsOwner, place: Pick<SourceNode, 'from' | 'start'>, message: string, problems: Problems, hint?: string): undefined {
  problems.add('MLO_TEMPLATE', place, `failed to parse '${owner.where}' in '${owner.pipelineFile}': ${message}`, hint, message);
  return undefined;
}
