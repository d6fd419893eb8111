import type { MapEntry, MapNode } from '../source/node.ts';
import type { ProjectPath } from '../stage.ts';
import type { Definition, Member } from './expand.ts';
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
      problems.add('MLO_TEMPLATE', fault, message, fault.hint, fault.message);
    };
  const vars = template.entries.get('vars')?.node;
  for (const [field, entry] of template.entries) if (field !== 'vars') checkExpressions(entry.node, reportFor(field));
  if (faults > 0 || file.scope === undefined) return undefined;

  const global: VarsScope = { ...file.scope, context: file.scope.context.withLocals(member.locals) };
  let scope: VarsScope | undefined = global;
  if (vars !== undefined) {
    const folder = stageFolder(template, global, file, reportFor('wdir'));
    const owner: VarsOwner = { pipelineFile: file.path, folder, where: `stages.${name}.vars`, originPrefix: `${name}.` };
    scope = addVars(global, owner, vars, sources, problems);
  }
  if (scope === undefined || faults > 0) return undefined;

  const entries = new Map<string, MapEntry>();
  for (const [field, entry] of template.entries) {
    if (field === 'vars') continue;
    const before = faults;
    const node = interpolate(entry.node, scope.context, field === 'cmd' ? 'arguments' : 'scalars', reportFor(field));
    if (faults === before) entries.set(field, node === entry.node ? entry : { ...entry, node });
    // Every path hangs on it: nothing else can be judged.
    else if (field === 'wdir') return undefined;
  }
  return { node: { ...template, entries }, complete: faults === 0 };
}

/** Files of a stage's vars are relative to its wdir, which cannot use these vars itself. */
function stageFolder(template: MapNode, scope: VarsScope, file: FileSetting, report: (fault: TemplateFault) => void): ProjectPath | '' {
  const wdir = template.entries.get('wdir');
  if (wdir === undefined) return file.folder;
  const node = interpolate(wdir.node, scope.context, 'scalars', report);
  const resolved = node.kind === 'scalar' && typeof node.value === 'string' ? resolvePath(file.folder, node.value) : undefined;
  return resolved !== undefined && 'path' in resolved && resolved.path !== '.' ? resolved.path : '';
}
