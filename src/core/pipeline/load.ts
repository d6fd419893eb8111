import type { MloError, Problem } from '../errors/mlo-error.ts';
import { oneError } from '../errors/one-error.ts';
import { inspectGraph } from '../graph/build.ts';
import { describeNode, type MapEntry, type MapNode } from '../source/node.ts';
import { SourceText } from '../source/source-text.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { isDvcFile, type Pipeline, type PipelineFile, type ProjectPath, type Stage } from '../stage.ts';
import { buildStage, type StageOrigin } from './build-stage.ts';
import { expandDefinition, type Definition } from './expand.ts';
import { hasTemplate } from './expression.ts';
import { positionOf } from './fields.ts';
import { allWritten, maybeWritten, type MaybeWritten } from './maybe-written.ts';
import { generatedNameProblem } from './names.ts';
import { folderOf, lockPathOf } from './paths.ts';
import { Problems } from './problems.ts';
import { resolveMember, type FileSetting } from './resolve.ts';
import { Sources, type ReadText } from './sources.ts';
import { readTopLevel } from './top-level.ts';
import { validateFile } from './validate.ts';
import { fileScope, type VarsScope } from './vars.ts';
import { TemplateContext } from './context.ts';

export interface LoadInput {
  /** Project paths of the pipeline files, in the order their stages shall have. */
  readonly files: readonly ProjectPath[];
  /** The text of a project path; undefined when there is no such file. */
  readonly readText: ReadText;
  /** Stages of this file are addressed by their bare name; default: `pipeline.yaml`, else `dvc.yaml`. */
  readonly rootFile?: ProjectPath;
}

export interface LoadedPipeline {
  /** Plain data that survives JSON. */
  readonly pipeline: Pipeline;
  /** Every path that was asked for, missing ones too: the result holds as long as these do not change. */
  readonly sources: readonly ProjectPath[];
  readonly warnings: readonly Problem[];
}

/** All that can be said about pipeline files that may be wrong. */
export interface InspectedPipeline extends LoadedPipeline {
  /** MLO_PIPELINE_SYNTAX, MLO_PIPELINE_INVALID, MLO_PARAMS or MLO_TEMPLATE; its stages are left out of the pipeline. */
  readonly fault: MloError | undefined;
  /** What the stages that were left out would write. */
  readonly maybeWritten: MaybeWritten;
}

/**
 * Parses, checks and resolves the pipeline files of a project. Throws one MloError with everything
 * that is wrong: MLO_PIPELINE_SYNTAX, MLO_PIPELINE_INVALID, MLO_PARAMS (a params file that templates
 * need is unreadable) or MLO_TEMPLATE, whichever of these comes first, and with it what is wrong with
 * the graph of the other stages (MLO_GRAPH).
 */
export function loadPipeline(input: LoadInput): LoadedPipeline {
  const { fault, maybeWritten: _, ...loaded } = inspectPipeline(input);
  if (fault === undefined) return loaded;
  const graph = inspectGraph(loaded.pipeline.stages);
  throw oneError([fault, ...(graph.fault === undefined ? [] : [graph.fault])]) as MloError;
}

/** The same without a throw: the stages that are right, and what is wrong with the others. */
export function inspectPipeline(input: LoadInput): InspectedPipeline {
  const sources = new Sources(input.readText);
  const problems = new Problems();
  const rootFile = input.rootFile ?? ['pipeline.yaml', 'dvc.yaml'].find((path) => input.files.includes(path));
  const files: PipelineFile[] = [];
  const stages: Stage[] = [];
  const maybe: MaybeWritten[] = [];
  for (const path of input.files) {
    const loaded = loadFile(path, path === rootFile, sources, problems);
    if (loaded === undefined) {
      maybe.push('anything');
      continue;
    }
    const rival = files.find((file) => file.lockPath === loaded.file.lockPath);
    if (rival !== undefined)
      problems.add(
        'MLO_PIPELINE_INVALID',
        topOf(path),
        `'${rival.path}' and '${path}' would share the lock '${loaded.file.lockPath}'`,
        'Rename one of the two.',
      );
    files.push(loaded.file);
    for (const stage of loaded.stages) stages.push(stage);
    maybe.push(loaded.maybeWritten);
  }
  return {
    pipeline: { files, stages },
    sources: sources.asked,
    warnings: problems.warnings,
    fault: problems.error(),
    maybeWritten: allWritten(maybe),
  };
}

interface LoadedFile {
  readonly file: PipelineFile;
  /** Without those of definitions that are wrong. */
  readonly stages: readonly Stage[];
  readonly maybeWritten: MaybeWritten;
}

/** Undefined: nothing can be said about what it defines. */
function loadFile(path: ProjectPath, isRoot: boolean, sources: Sources, problems: Problems): LoadedFile | undefined {
  const before = problems.reported;
  const text = sources.text(path);
  if (text === undefined) {
    problems.addAll('MLO_PIPELINE_INVALID', [{ message: `pipeline file '${path}' does not exist`, file: path }]);
    return undefined;
  }
  const parsed = parseYamlSource(path, text);
  if (parsed.problems.length > 0) {
    problems.addAll('MLO_PIPELINE_SYNTAX', parsed.problems);
    return undefined;
  }
  const root = asMap(parsed.root, problems, path);
  if (root === undefined) return undefined;
  const valid = validateFile(root, problems);

  const folder = folderOf(path);
  const setting: FileSetting = { path, folder, scope: needsVars(text, root) ? loadScope(path, folder, root, sources, problems) : NO_VARS };
  const kind = isDvcFile(path) ? 'dvc' : 'pipeline';
  const stages: Stage[] = [];
  const maybe: MaybeWritten[] = [];
  const definitions = root.entries.get('stages')?.node;
  // Stages under a misspelt key, or in a list.
  if (definitions?.kind !== 'map' && problems.reported > before) maybe.push('anything');
  for (const entry of definitions?.kind === 'map' ? definitions.entries.values() : []) {
    // A definition of the wrong shape is looked at too: everything that is wrong is told at once.
    problems.onlyNewPlaces = !valid.has(entry.key);
    const definition = definitionOf(entry, path);
    const sofar = problems.reported;
    const made = definition === undefined ? [] : loadDefinition(definition, setting, kind, isRoot, sources, problems);
    if (!valid.has(entry.key) || problems.reported > sofar) {
      maybe.push(definition === undefined ? 'anything' : maybeWritten(definition, setting, sources));
      continue;
    }
    for (const stage of made) stages.push(stage);
  }
  problems.onlyNewPlaces = false;
  const file: PipelineFile = { path, dir: folder, kind, lockPath: lockPathOf(path), ...readTopLevel(root, setting, problems) };
  return { file, stages, maybeWritten: allWritten(maybe) };
}

function definitionOf({ key, keyStart, node }: MapEntry, file: ProjectPath): Definition | undefined {
  return node.kind === 'map' ? { name: key, node, nameStart: keyStart, file } : undefined;
}

function loadDefinition(
  definition: Definition,
  file: FileSetting,
  kind: 'pipeline' | 'dvc',
  isRoot: boolean,
  sources: Sources,
  problems: Problems,
): readonly Stage[] {
  const place = { from: definition.node.from, start: definition.nameStart };
  const { onlyNewPlaces } = problems;
  const stages: Stage[] = [];
  for (const member of expandDefinition(definition, file.scope?.context, problems)) {
    const name = member.suffix === undefined ? definition.name : `${definition.name}@${member.suffix}`;
    const wrongName = generatedNameProblem(name);
    if (wrongName !== undefined)
      problems.add('MLO_PIPELINE_INVALID', place, wrongName, 'Use values without line breaks in foreach and matrix.');
    const resolved = resolveMember(definition, member, name, file, sources, problems);
    // What is wrong with one member of a definition is wrong with all: it is told once.
    problems.onlyNewPlaces = onlyNewPlaces || member.suffix !== undefined;
    if (resolved === undefined) continue;
    const origin: StageOrigin = {
      file: file.path,
      folder: file.folder,
      kind,
      name,
      address: isRoot ? name : `${file.path}:${name}`,
      ...(member.suffix === undefined ? {} : { group: definition.name }),
      at: positionOf(place),
    };
    const stage = buildStage(origin, resolved.node, problems);
    if (stage !== undefined && resolved.complete) stages.push(stage);
  }
  return stages;
}

const NO_VARS: VarsScope = { context: TemplateContext.empty(), loaded: new Map() };

/**
 * A pipeline that neither interpolates nor declares vars does not depend on params.yaml at all:
 * it is not read here, so that a new param value does not cost a new parse of the pipeline.
 */
function needsVars(text: string, root: MapNode): boolean {
  return root.entries.has('vars') || hasTemplate(text) || /\bvars["']?\s*:/.test(text);
}

function loadScope(
  path: ProjectPath,
  folder: ProjectPath | '',
  root: MapNode,
  sources: Sources,
  problems: Problems,
): VarsScope | undefined {
  return fileScope({ pipelineFile: path, folder, where: 'vars', originPrefix: '' }, root.entries.get('vars')?.node, sources, problems);
}

/** An empty file is a pipeline without stages. */
function asMap(root: ReturnType<typeof parseYamlSource>['root'], problems: Problems, path: ProjectPath): MapNode | undefined {
  if (root.kind === 'map') return root;
  if (root.kind === 'scalar' && root.value === null) return { kind: 'map', entries: new Map(), from: root.from, start: 0, end: 0 };
  problems.add('MLO_PIPELINE_INVALID', root, `'${path}' must hold a map with 'stages', found ${describeNode(root)}`);
  return undefined;
}

function topOf(path: ProjectPath): { from: SourceText; start: number } {
  return { from: new SourceText(path, ''), start: 0 };
}
