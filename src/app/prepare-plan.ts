import { join } from 'node:path';
import type { Cache } from '../cache/types.ts';
import type { Digest } from '../core/content.ts';
import type { ErrorCode } from '../core/errors/catalogue.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { oneError } from '../core/errors/one-error.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { StageParams } from '../core/fingerprint.ts';
import type { LockEntry } from '../core/lock/types.ts';
import type { PlanRequest } from '../core/plan/plan.ts';
import type { Reason } from '../core/plan/types.ts';
import type { ProjectPath, Stage, StageAddress } from '../core/stage.ts';
import type { Value } from '../core/value.ts';
import { hashBytes } from '../fs/hash.ts';
import { trace } from '../fs/trace.ts';
import { codeChanged } from '../runtime/module/check-code.ts';
import { STAGE_API } from '../runtime/types.ts';
import { loadProjectPipeline, type LoadedPipeline } from './load-pipeline.ts';
import { loadParams } from './load-params.ts';
import { LockFiles } from './lock-files.ts';
import { selectTargets } from './select-targets.ts';
import { textReader } from './read-text.ts';
import type { Project } from './project.ts';
import { projectGraph } from './project-graph.ts';
import { readJournal, type JournalState } from './repro/journal.ts';
import { Workspace } from './workspace.ts';

export interface PlanOptions {
  readonly targets: readonly string[];
  readonly file?: string | undefined;
  readonly glob?: boolean;
  readonly singleItem?: boolean;
  readonly downstream?: boolean;
  readonly forceDownstream?: boolean;
  readonly force?: boolean;
  readonly runCache?: boolean;
  readonly allowMissing?: boolean;
  readonly strict?: boolean;
  /** Files as they are about to be written. */
  readonly overlay?: ReadonlyMap<ProjectPath, string>;
  /** A project without pipeline files is fine. */
  readonly need?: 'stages' | 'nothing';
  /** Called as soon as the stages and their locks are known, before anything is looked at. */
  readonly onSelected?: (stages: readonly Stage[], locked: ReadonlyMap<StageAddress, LockEntry>) => void;
  /** Whether to go on without a path that cannot be looked at; it then counts as not there. */
  readonly isPassed?: (path: ProjectPath, error: unknown) => boolean;
  /** Stages are to run: where anything is wrong, what would keep them from it is told too. */
  readonly forRun?: boolean;
}

/** What is wrong with what the user wrote: each of these may hide others. */
const TOLD_WITH_OTHERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MLO_PIPELINE_SYNTAX',
  'MLO_PIPELINE_INVALID',
  'MLO_TEMPLATE',
  'MLO_GRAPH',
  'MLO_TARGET',
  'MLO_FORMAT',
  'MLO_FORMAT_VERSION',
  'MLO_PARAMS',
  'MLO_CONFIG',
]);

/** Everything `plan` needs, loaded and observed once; shared by repro, status and --dry. */
export interface Prepared {
  readonly loaded: LoadedPipeline;
  readonly graph: Graph;
  readonly stages: readonly Stage[];
  readonly request: PlanRequest;
  readonly locks: LockFiles;
  readonly journal: JournalState;
  readonly workspace: Workspace;
  readonly cache: Cache;
  /** Reads the params of a stage again where a file of them has changed since they were loaded; false where none has. */
  reloadParams(stage: Stage): Promise<boolean>;
}

/** What is wrong with the project comes in one error, as far as it can be known at all (`inspectProject`). */
export async function preparePlan(project: Project, options: PlanOptions): Promise<Prepared> {
  try {
    return await prepare(project, options);
  } catch (error) {
    if (!(error instanceof MloError) || !TOLD_WITH_OTHERS.has(error.code)) throw error;
    throw oneError([error, ...(await otherFaults(project, options))]) as MloError;
  }
}

/** None where they cannot be looked for: what was found first is what the user must see. */
async function otherFaults(project: Project, options: PlanOptions): Promise<readonly MloError[]> {
  const { inspectProject } = await import('./inspect-project.ts');
  try {
    return await inspectProject(project, options);
  } catch (error) {
    if (error instanceof MloError) return [];
    throw error;
  }
}

async function prepare(project: Project, options: PlanOptions): Promise<Prepared> {
  const loaded = await trace('load', () => loadProjectPipeline(project, options.file, options.need, options.overlay));
  const graph = projectGraph(project, loaded.pipeline.stages);
  const stages = selectTargets(project, graph, options, loaded.file);
  const locks = new LockFiles(project.root, loaded.pipeline, loaded.readText);
  const journal = readJournal(journalPath(project), locksDigest(loaded, locks));
  for (const stage of loaded.pipeline.stages) {
    const finished = journal.finished.get(stage.address);
    if (finished !== undefined) locks.set(stage, finished);
  }
  options.onSelected?.(stages, locks.entries);

  // Before anything is hashed, which may take long: what is wrong here is told at once.
  const isMade = (path: ProjectPath): boolean => graph.outs.touching(path).length > 0;
  const params = await trace('params', () => loadParams(project, stages, loaded.readText, isMade));
  const cache = await project.cache();
  const workspace = new Workspace(project.root, cache, project.ctx.emit, graph.outs, async (urls) => {
    const { lookAtUrls } = await import('./imports/look-at-urls.ts');
    return await lookAtUrls(project, urls);
  });
  await trace('observe', () => workspace.observe(stages, options.isPassed));
  const texts = new Map(stages.flatMap((stage) => stage.params.map((spec) => [spec.file, loaded.readText(spec.file)] as const)));
  const reloaded = new Map<StageAddress, StageParams>();
  const request: PlanRequest = {
    graph,
    stages,
    observation: observation(workspace, locks.entries, (stage) => reloaded.get(stage.address) ?? params(stage), cache, options),
    policy: {
      force: options.force ?? false,
      runCache: options.runCache ?? true,
      allowMissing: options.allowMissing ?? false,
      strict: options.strict ?? false,
    },
    ports: planPorts(project.root, cache),
    ...(options.forceDownstream === true ? { forced: afterAChange(graph) } : {}),
  };
  return {
    loaded,
    graph,
    stages,
    request,
    locks,
    journal,
    workspace,
    cache,
    async reloadParams(stage) {
      const readText = textReader(project.root);
      if (stage.params.every((spec) => readText(spec.file) === texts.get(spec.file))) return false;
      const fresh = await loadParams(project, [stage], readText);
      reloaded.set(stage.address, fresh(stage));
      return true;
    },
  };
}

export function journalPath(project: Project): string {
  return join(project.stateDir, 'repro.journal');
}

/** Identifies the lock texts that a journal goes on top of. */
export function locksDigest(loaded: LoadedPipeline, locks: LockFiles): Digest {
  return hashBytes(JSON.stringify(loaded.pipeline.files.map((file) => [file.lockPath, locks.textOf(file) ?? null])));
}

function observation(
  workspace: Workspace,
  locked: ReadonlyMap<StageAddress, LockEntry>,
  params: PlanRequest['observation']['params'],
  cache: Cache,
  options: Pick<PlanOptions, 'allowMissing'>,
): PlanRequest['observation'] {
  return {
    outs: workspace.outs,
    deps: workspace.deps,
    unreachable: workspace.unreachable,
    locked,
    params,
    inside: (tree, path) => (cache.has(tree) ? cache.subContent(tree, path) : undefined),
    hash: hashBytes,
    stageApi: STAGE_API,
    allowMissing: options.allowMissing ?? false,
  };
}

function planPorts(root: string, cache: Cache): PlanRequest['ports'] {
  return {
    hash: hashBytes,
    codeChanges: ({ code, packages }) => (code === undefined ? [] : codeChanged(root, code, packages ?? {}).map(codeReason)),
    findRuns: (key) => cache.runs.find(key),
    has: (content) => cache.has(content),
  };
}

function codeReason(change: { readonly path?: string; readonly key?: string; readonly old: string; readonly new: string }): Reason {
  const sides: { old: Value; new: Value } = { old: change.old, new: change.new };
  return change.path === undefined ? { kind: 'package', key: change.key ?? '', ...sides } : { kind: 'code', path: change.path, ...sides };
}

/** --force-downstream: what comes after a stage that runs, runs too. */
function afterAChange(graph: Graph): NonNullable<PlanRequest['forced']> {
  return (stage, plans) => (graph.upstream.get(stage.address) ?? []).some((address) => plans.get(address)?.state === 'run');
}
