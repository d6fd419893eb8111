import type { MapEntry, MapNode, SourceNode } from '../source/node.ts';
import type { ProjectPath } from '../stage.ts';
import type { Definition, Member } from './expand.ts';
import { hasTemplate } from './expression.ts';
import { checkExpressions, interpolate, type TemplateFault } from './interpolate.ts';
import { resolvePath } from './paths.ts';
import type { Problems } from './problems.ts';
import type { Sources } from './sources.ts';
import { addVars, type VarsOwner, type VarsScope } from './vars.ts';

export interface FileSetting {
  readonly path: ProjectPath;
  readonly folder: ProjectPath | '';
  /** Undefined: the vars of the file are broken, so that nothing can be looked up. */
  readonly scope: VarsScope | undefined;
}

/** A stage after templating. Incomplete: fields that could not be resolved are left out, so that the others can still be checked. */
export interface ResolvedStage {
  readonly node: MapNode;
  readonly complete: boolean;
}

/** The stage of one member with its own vars applied and every `${}` replaced; undefined when nothing can be said about it. */
export function resolveMember(
  definition: Definition,
  member: Member,
  name: string,
  file: FileSetting,
  sources: Sources,
  problems: Problems,
): ResolvedStage | undefined {
  const { template } = member;
  let faults = 0;
  const reportFor =
    (field: string) =>
    (fault: TemplateFault): void => {
      faults += 1;
      const message = `failed to parse 'stages.${name}.${field}' in '${definition.file}': ${fault.message}`;
      problems.add(fault.code, fault, message, fault.hint, fault.message);
    };
  const scope = file.scope === undefined ? undefined : stageScope(file.scope);
  if (scope === undefined) {
    for (const [field, entry] of template.entries) if (field !== 'vars') checkExpressions(entry.node, reportFor(field));
    return isPlain(template) ? { node: template, complete: true } : undefined;
  }

  const entries = new Map<string, MapEntry>();
  let isPlaced = true;
  for (const [field, entry] of template.entries) {
    if (field === 'vars') continue;
    const before = faults;
    const node = interpolate(entry.node, scope.context, field === 'cmd' ? 'arguments' : 'scalars', reportFor(field));
    if (faults === before) entries.set(field, node === entry.node ? entry : { ...entry, node });
    else if (field === 'wdir') isPlaced = false;
  }
  // Every path hangs on wdir: without it nothing else can be judged.
  return isPlaced ? { node: { ...template, entries }, complete: faults === 0 } : undefined;

  function stageScope(whole: VarsScope): VarsScope | undefined {
    const global: VarsScope = { ...whole, context: whole.context.withLocals(member.locals) };
    const vars = template.entries.get('vars')?.node;
    if (vars === undefined) return global;
    const before = faults;
    const folder = stageFolder(template, global, file, reportFor('wdir'));
    if (faults > before) return undefined;
    const owner: VarsOwner = { pipelineFile: file.path, folder, where: `stages.${name}.vars`, originPrefix: `${name}.` };
    return addVars(global, owner, vars, sources, problems);
  }
}

/** Says the same whatever the values of templates are. */
export function isPlain(node: SourceNode): boolean {
  if (node.kind === 'scalar') return typeof node.value !== 'string' || !hasTemplate(node.value);
  if (node.kind === 'list') return node.items.every(isPlain);
  return Array.from(node.entries).every(([key, entry]) => key !== 'vars' && !hasTemplate(key) && isPlain(entry.node));
}

/** Files of a stage's vars are relative to its wdir, which cannot use these vars itself. */
function stageFolder(template: MapNode, scope: VarsScope, file: FileSetting, report: (fault: TemplateFault) => void): ProjectPath | '' {
  const wdir = template.entries.get('wdir');
  if (wdir === undefined) return file.folder;
  const node = interpolate(wdir.node, scope.context, 'scalars', report);
  const resolved = node.kind === 'scalar' && typeof node.value === 'string' ? resolvePath(file.folder, node.value) : undefined;
  return resolved !== undefined && 'path' in resolved && resolved.path !== '.' ? resolved.path : '';
}
