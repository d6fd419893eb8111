import { sameContent, type Content } from '../content.ts';
import { declaredRecord, type StageParams } from '../fingerprint.ts';
import type { Graph } from '../graph/graph.ts';
import { fromLocked, type FingerprintRecord, type LockEntry } from '../lock/types.ts';
import { own } from '../own.ts';
import type { ProjectPath, Stage, StageAddress } from '../stage.ts';
import type { StageFacts } from './decide.ts';
import type { HashText } from '../fingerprint.ts';
import type { Reason, StagePlan } from './types.ts';

/** What was seen in the workspace, and how to look into trees that are not checked out. */
export interface Observation {
  readonly outs: ReadonlyMap<ProjectPath, Content | undefined>;
  /** Through links: what a stage would read. */
  readonly deps: ReadonlyMap<ProjectPath, Content | undefined>;
  readonly locked: ReadonlyMap<StageAddress, LockEntry>;
  readonly params: (stage: Stage) => StageParams;
  /** What lies at a path inside a tree of the cache; undefined where it cannot be told. */
  readonly inside: (tree: Content, path: string) => Content | undefined;
  readonly hash: HashText;
  readonly stageApi: number;
  /** URLs that cannot be looked at now: each counts as what the lock of the stage says. */
  readonly unreachable?: ReadonlySet<string>;
  /** With --allow-missing: a dep that is gone is taken to be what the lock says. */
  readonly allowMissing: boolean;
}

/** Puts together what is known about a stage, given the plans of the stages before it. */
export function stageFacts(stage: Stage, graph: Graph, plans: ReadonlyMap<StageAddress, StagePlan>, observation: Observation): StageFacts {
  const locked = observation.locked.get(stage.address);
  const outs = new Map(stage.outs.map((out) => [out.path, observation.outs.get(out.path)]));
  const deps = new Map<ProjectPath, Content>();
  const absent: Reason[] = [];
  const pending: Reason[] = stage.frozen ? [] : [...upstreamReasons(stage, graph, plans), ...staleParams(stage, graph, plans, observation)];
  for (const dep of stage.deps) {
    const found = depContent(dep.path, stage, graph, plans, observation, locked);
    if (found === 'upstream') {
      if (pending.length === 0) pending.push({ kind: 'upstream', path: dep.path });
    } else if (found === undefined) pending.push({ kind: 'missing-dep', path: dep.path });
    else {
      deps.set(dep.path, found);
      if (observation.deps.get(dep.path) === undefined && !isMadeByPlan(dep.path, graph, plans))
        absent.push({ kind: 'missing-dep', path: dep.path });
    }
  }
  const declared: FingerprintRecord | undefined =
    pending.length > 0 || stage.frozen ? undefined : declaredRecord(stage, observation.params(stage), deps, observation);
  return { stage, locked, declared, pending, absent, outs };
}

/** A stage before this one will put it there. */
function isMadeByPlan(path: ProjectPath, graph: Graph, plans: ReadonlyMap<StageAddress, StagePlan>): boolean {
  return graph.outs.touching(path).some((owned) => {
    const state = plans.get(owned.stage.address)?.state;
    return state === 'run' || state === 'restore';
  });
}

function upstreamReasons(stage: Stage, graph: Graph, plans: ReadonlyMap<StageAddress, StagePlan>): Reason[] {
  const reasons: Reason[] = [];
  for (const address of graph.upstream.get(stage.address) ?? []) {
    const state = plans.get(address)?.state;
    if (state === 'run') reasons.push({ kind: 'upstream', key: address });
    if (state === 'blocked') reasons.push({ kind: 'upstream-blocked', key: address });
  }
  return reasons;
}

/** Stages before this one that bring back another file of params than the one that lies there. */
function staleParams(stage: Stage, graph: Graph, plans: ReadonlyMap<StageAddress, StagePlan>, { outs }: Observation): readonly Reason[] {
  const owners = new Map(stage.params.flatMap(({ file }) => graph.outs.touching(file)).map((owned) => [owned.out.path, owned]));
  return [...owners.values()].flatMap(({ stage: { address }, out: { path } }): readonly Reason[] => {
    const plan = plans.get(address);
    const made = plan?.state === 'restore' ? own(plan.entry?.outs, path) : undefined;
    return made === undefined || sameContent(fromLocked(made), outs.get(path)) ? [] : [{ kind: 'upstream', key: address }];
  });
}

function depContent(
  path: ProjectPath,
  stage: Stage,
  graph: Graph,
  plans: ReadonlyMap<StageAddress, StagePlan>,
  observation: Observation,
  locked: LockEntry | undefined,
): Content | 'upstream' | undefined {
  const observed = observation.deps.get(path);
  const changing = graph.outs.touching(path).filter((owned) => {
    const state = plans.get(owned.stage.address)?.state;
    return owned.stage.address !== stage.address && (state === 'run' || state === 'blocked' || state === 'restore');
  });
  if (changing.length > 0) {
    const [first] = changing;
    const plan = plans.get(first?.stage.address ?? '');
    const made = plan?.state === 'restore' ? own(plan.entry?.outs, first?.out.path ?? '') : undefined;
    if (changing.length === 1 && made !== undefined && made.kind !== 'symlink' && first !== undefined) {
      if (first.out.path === path) return fromLocked(made);
      if (path.startsWith(`${first.out.path}/`))
        return observation.inside(fromLocked(made), path.slice(first.out.path.length + 1)) ?? 'upstream';
    }
    return observed !== undefined && changing.every((owned) => plans.get(owned.stage.address)?.state === 'restore') ? observed : 'upstream';
  }
  if (observed !== undefined) return observed;
  if (observation.unreachable?.has(path) === true) return lastRead(path, locked);
  if (!observation.allowMissing) return undefined;
  return missingButLocked(path, graph, observation, locked);
}

/** What the stage that makes it says it was; where nobody makes it, what this stage last read. */
function missingButLocked(path: ProjectPath, graph: Graph, observation: Observation, locked: LockEntry | undefined): Content | undefined {
  const owned = graph.outs.covering(path);
  const made = owned === undefined ? undefined : own(observation.locked.get(owned.stage.address)?.outs, owned.out.path);
  if (owned !== undefined && made !== undefined) {
    return owned.out.path === path ? fromLocked(made) : observation.inside(fromLocked(made), path.slice(owned.out.path.length + 1));
  }
  return lastRead(path, locked);
}

function lastRead(path: ProjectPath, locked: LockEntry | undefined): Content | undefined {
  const before = own(locked?.deps, path);
  return before === undefined ? undefined : fromLocked(before);
}
