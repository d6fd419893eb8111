import { join } from 'node:path';
import type { Cache } from '../cache/types.ts';
import type { Digest } from '../core/content.ts';
import { buildGraph } from '../core/graph/build.ts';
import type { Graph } from '../core/graph/graph.ts';
import { selectStages } from '../core/graph/select.ts';
import type { StageParams } from '../core/fingerprint.ts';
import type { LockEntry } from '../core/lock/types.ts';
import type { PlanRequest } from '../core/plan/plan.ts';
import type { Reason } from '../core/plan/types.ts';
import type { ProjectPath, Stage, StageAddress } from '../core/stage.ts';
import type { Value } from '../core/value.ts';
import { hashBytes } from '../fs/hash.ts';
import { codeChanged } from '../runtime/module/check-code.ts';
import { STAGE_API } from '../runtime/types.ts';
import { loadProjectPipeline, type LoadedPipeline } from './load-pipeline.ts';
import { loadParams } from './load-params.ts';
import { LockFiles } from './lock-files.ts';
import { tryProjectPath } from './paths.ts';
import { textReader } from './read-text.ts';
import type { Project } from './project.ts';
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
  /** Files as they are about to be written. */
  readonly overlay?: ReadonlyMap<ProjectPath, string>;
  /** A project without pipeline files is fine. */
  readonly need?: 'stages' | 'nothing';
}

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

export async function preparePlan(project: Project, options: PlanOptions): Promise<Prepared> {
  const loaded = await loadProjectPipeline(project, options.file, options.need, options.overlay);
  const graph = buildGraph(loaded.pipeline.stages);
  const targets = options.targets.map((target) => asTarget(project, target, graph));
  const stages = selectStages(graph, { ...options, targets, file: loaded.file });
  const locks = new LockFiles(project.root, loaded.pipeline, loaded.readText);
  const journal = readJournal(journalPath(project), locksDigest(loaded, locks));
  for (const stage of loaded.pipeline.stages) {
    const finished = journal.finished.get(stage.address);
    if (finished !== undefined) locks.set(stage, finished);
  }

  const cache = await project.cache();
  const workspace = new Workspace(project.root, cache, project.ctx.emit, graph.outs);
  await workspace.observe(stages);
  const isMade = (path: ProjectPath): boolean => graph.outs.touching(path).length > 0;
  const params = await loadParams(project, stages, loaded.readText, isMade);
  const texts = new Map(stages.flatMap((stage) => stage.params.map((spec) => [spec.file, loaded.readText(spec.file)] as const)));
  const reloaded = new Map<StageAddress, StageParams>();
  const request: PlanRequest = {
    graph,
    stages,
    observation: observation(workspace, locks.entries, (stage) => reloaded.get(stage.address) ?? params(stage), cache, options),
    policy: { force: options.force ?? false, runCache: options.runCache ?? true, allowMissing: options.allowMissing ?? false },
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

/** A path as typed where the user stands may name an out; a stage name never does. */
function asTarget(project: Project, target: string, graph: Graph): string {
  const [, file, name] = /^(.+\.ya?ml):(.+)$/.exec(target) ?? [];
  if (file !== undefined && name !== undefined && !graph.byAddress.has(target)) {
    const here = tryProjectPath(project.root, project.ctx.cwd, file);
    const stage = graph.order.find((each) => each.file === here && (each.name === name || each.group === name));
    if (stage !== undefined)
      return stage.name === name ? stage.address : `${stage.address.slice(0, stage.address.length - stage.name.length)}${name}`;
  }
  const path = tryProjectPath(project.root, project.ctx.cwd, target);
  const named =
    path !== undefined && path !== target && (graph.outs.covering(path) !== undefined || graph.order.some((stage) => stage.file === path));
  return named ? path : target;
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
