import { sameContent, type Content, type Digest } from '../content.ts';
import { isCallback, isRestorable, runCacheKey, type HashText } from '../fingerprint.ts';
import { fromLocked, toLocked, type FingerprintRecord, type LockEntry, type LockedContent } from '../lock/types.ts';
import { own } from '../own.ts';
import type { RunId } from '../run.ts';
import type { ProjectPath, Stage } from '../stage.ts';
import type { Undeclared } from '../undeclared.ts';
import { contentChanges, declaredChanges } from './changes.ts';
import { judge } from './judge.ts';
import type { Reason, StagePlan } from './types.ts';

/** An execution that can be brought back, as the run-cache knows it. */
export interface KnownRun {
  readonly record: FingerprintRecord;
  readonly outs: { readonly [path: string]: LockedContent };
  readonly run: { readonly id: RunId; readonly durationMs: number };
  /** Absent where nobody looked. */
  readonly undeclared?: readonly Undeclared[];
}

/** Questions a decision asks of the world; all answers come from what was observed at one moment. */
export interface PlanPorts {
  readonly hash: HashText;
  /** What differs between the modules and packages of a record and those of the workspace now. */
  readonly codeChanges: (record: FingerprintRecord) => readonly Reason[];
  readonly findRuns: (key: Digest) => readonly KnownRun[];
  /** The cache holds all of it. */
  readonly has: (content: Content) => boolean;
}

export interface PlanPolicy {
  readonly force: boolean;
  readonly runCache: boolean;
  /** Missing outs are no reason to run where nothing else has changed. */
  readonly allowMissing: boolean;
  /** What a stage read without declaring it counts also where it need not run. */
  readonly strict?: boolean;
}

/** All that is known about one stage when it is its turn. */
export interface StageFacts {
  readonly stage: Stage;
  readonly locked: LockEntry | undefined;
  /** Declared part of the fingerprint; undefined while some dep is missing or still to be made. */
  readonly declared: FingerprintRecord | undefined;
  /** Why `declared` is undefined: stages that will write a dep, deps that nobody has. */
  readonly pending: readonly Reason[];
  /** With --allow-missing: deps that are gone and only known from a lock. */
  readonly absent: readonly Reason[];
  /** What lies at the outs now. */
  readonly outs: ReadonlyMap<ProjectPath, Content | undefined>;
}

/**
 * unchanged: fingerprint and outs match the lock. restore: the outs this fingerprint had are in the
 * cache. run: neither. blocked: it cannot run. Pure; `repro`, `status` and `--dry` share it.
 */
export function decide(facts: StageFacts, policy: PlanPolicy, ports: PlanPorts): StagePlan {
  const decided = decideByFingerprint(facts, policy, ports);
  const plan = policy.strict === true ? judge(decided, facts, ports) : decided;
  return plan.state === 'run' && facts.absent.length > 0 ? { stage: facts.stage, state: 'blocked', reasons: facts.absent } : plan;
}

function decideByFingerprint(facts: StageFacts, policy: PlanPolicy, ports: PlanPorts): StagePlan {
  const { stage, locked, declared } = facts;
  if (stage.frozen) return decideFrozen(facts, ports);
  const blocking = facts.pending.filter((reason) => reason.kind !== 'upstream');
  if (blocking.length > 0) return { stage, state: 'blocked', reasons: blocking };
  if (policy.force) return { stage, state: 'run', reasons: [{ kind: 'forced' }] };
  if (stage.alwaysChanged) return { stage, state: 'run', reasons: [{ kind: 'always-changed' }] };
  if (isCallback(stage)) return { stage, state: 'run', reasons: [{ kind: 'no-deps-no-outs' }] };
  if (declared === undefined) return { stage, state: 'run', reasons: facts.pending };

  const changes = locked === undefined ? [{ kind: 'new' } as const] : changesSince(stage, locked, declared, ports);
  if (changes.length === 0 && locked !== undefined) return decideOuts(facts, locked, declared, policy, ports);
  return fromRunCache(facts, declared, changes, policy, ports) ?? { stage, state: 'run', reasons: changes };
}

/** A new out, or one less, means the command is expected to do something else. */
function changesSince(stage: Stage, locked: LockEntry, declared: FingerprintRecord, ports: PlanPorts): readonly Reason[] {
  const declaredOuts = new Set(stage.outs.map((out) => out.path));
  const lockedOuts = Object.keys(locked.outs ?? {});
  const added = [...declaredOuts]
    .filter((path) => own(locked.outs, path) === undefined)
    .map((path): Reason => ({ kind: 'out', path, new: 'declared' }));
  const dropped = lockedOuts.filter((path) => !declaredOuts.has(path)).map((path): Reason => ({ kind: 'out', path, old: 'declared' }));
  return [...declaredChanges(locked, declared), ...ports.codeChanges(locked), ...added, ...dropped];
}

function decideOuts(facts: StageFacts, locked: LockEntry, declared: FingerprintRecord, policy: PlanPolicy, ports: PlanPorts): StagePlan {
  const { stage } = facts;
  const reasons = outReasons(locked, facts.outs);
  const from = provenance(facts, locked, declared, ports);
  if (reasons.length === 0) return { stage, state: 'unchanged', reasons, entry: locked, ...from };
  if (canRestore(stage, locked.outs ?? {}, facts.outs, ports)) return { stage, state: 'restore', reasons, entry: locked, ...from };
  const onlyMissing = reasons.every((reason) => reason.new === undefined);
  if (policy.allowMissing && onlyMissing) return { stage, state: 'unchanged', reasons, entry: locked, ...from };
  return { stage, state: 'run', reasons };
}

function fromRunCache(
  facts: StageFacts,
  declared: FingerprintRecord,
  reasons: readonly Reason[],
  policy: PlanPolicy,
  ports: PlanPorts,
): StagePlan | undefined {
  const { stage } = facts;
  if (!policy.runCache || !isRestorable(stage)) return undefined;
  const known = ports
    .findRuns(runCacheKey(stage, declared, ports.hash))
    .find((entry) => ports.codeChanges(entry.record).length === 0 && canRestore(stage, entry.outs, facts.outs, ports));
  if (known === undefined) return undefined;
  const { code, packages } = known.record;
  const entry: LockEntry = {
    ...declared,
    ...(code === undefined ? {} : { code }),
    ...(packages === undefined ? {} : { packages }),
    outs: known.outs,
  };
  return { stage, state: 'restore', reasons, entry, from: { runId: known.run.id, durationMs: known.run.durationMs } };
}

/** The workspace may already hold what the cache lacks (outs that are not cached, caches that were emptied). */
function canRestore(
  stage: Stage,
  outs: { readonly [path: string]: LockedContent },
  workspace: ReadonlyMap<ProjectPath, Content | undefined>,
  ports: PlanPorts,
): boolean {
  return stage.outs.every((out) => {
    const locked = own(outs, out.path);
    if (locked === undefined) return false;
    const wanted = fromLocked(locked);
    return sameContent(wanted, workspace.get(out.path)) || (!out.persist && ports.has(wanted));
  });
}

function decideFrozen(facts: StageFacts, ports: PlanPorts): StagePlan {
  const { stage, locked } = facts;
  const reasons: Reason[] = [{ kind: 'frozen' }];
  const missing = stage.outs.filter((out) => facts.outs.get(out.path) === undefined);
  if (missing.length === 0) return { stage, state: 'unchanged', reasons, ...(locked === undefined ? {} : { entry: locked }) };
  const lost = missing.map((out): Reason => ({ kind: 'missing-data', path: out.path }));
  if (locked !== undefined && canRestore(stage, locked.outs ?? {}, facts.outs, ports)) {
    return { stage, state: 'restore', reasons: [...reasons, ...lost], entry: locked };
  }
  return { stage, state: 'blocked', reasons: [...reasons, ...lost] };
}

function outReasons(locked: LockEntry, outs: ReadonlyMap<ProjectPath, Content | undefined>): readonly Reason[] {
  const now: Record<string, LockedContent> = {};
  for (const path of Object.keys(locked.outs ?? {})) {
    const content = outs.get(path);
    if (content !== undefined) now[path] = toLocked(content);
  }
  return contentChanges('out', locked.outs ?? {}, now);
}

function provenance(facts: StageFacts, locked: LockEntry, declared: FingerprintRecord, ports: PlanPorts): Pick<StagePlan, 'from'> {
  if (!isRestorable(facts.stage)) return {};
  const outs = locked.outs ?? {};
  const known = ports
    .findRuns(runCacheKey(facts.stage, declared, ports.hash))
    .find((entry) => Object.keys(outs).every((path) => own(entry.outs, path)?.digest === outs[path]?.digest));
  return known === undefined ? {} : { from: { runId: known.run.id, durationMs: known.run.durationMs } };
}
