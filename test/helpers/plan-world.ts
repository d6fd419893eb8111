import type { Content, Digest } from '../../src/core/content.ts';
import { runCacheKey, type declaredRecord } from '../../src/core/fingerprint.ts';
import { buildGraph } from '../../src/core/graph/build.ts';
import { toLocked, type LockEntry } from '../../src/core/lock/types.ts';
import type { KnownRun } from '../../src/core/plan/decide.ts';
import { stageFacts } from '../../src/core/plan/facts.ts';
import { plan, type PlanRequest } from '../../src/core/plan/plan.ts';
import type { StagePlan } from '../../src/core/plan/types.ts';
import type { Stage } from '../../src/core/stage.ts';
import type { Value } from '../../src/core/value.ts';
import { hashBytes } from '../../src/fs/hash.ts';

/**
 * A workspace, a lock and a cache in memory: every stage is a pure function of its inputs, so that
 * what must run can be told independently of the planner.
 */
export class PlanWorld {
  readonly files = new Map<string, string>();
  readonly params: Record<string, Value> = {};
  readonly locked = new Map<string, LockEntry>();
  readonly runs = new Map<Digest, KnownRun[]>();
  readonly stored = new Set<Digest>();
  readonly executed: string[] = [];
  stages: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    this.stages = stages;
  }

  request(policy: Partial<PlanRequest['policy']> = {}): PlanRequest {
    const graph = buildGraph(this.stages);
    return {
      graph,
      stages: graph.order,
      observation: {
        outs: this.#contents(),
        deps: this.#contents(),
        locked: this.locked,
        params: (stage) => this.#paramsOf(stage),
        inside: () => undefined,
        hash: hashBytes,
        stageApi: 1,
        allowMissing: policy.allowMissing ?? false,
      },
      policy: { force: false, runCache: true, allowMissing: false, ...policy },
      ports: {
        hash: hashBytes,
        codeChanges: () => [],
        findRuns: (key) => this.runs.get(key) ?? [],
        has: (content) => this.stored.has(content.digest),
      },
    };
  }

  plan(policy: Partial<PlanRequest['policy']> = {}): readonly StagePlan[] {
    return plan(this.request(policy));
  }

  states(policy: Partial<PlanRequest['policy']> = {}): Record<string, string> {
    return Object.fromEntries(this.plan(policy).map((each) => [each.stage.name, each.state]));
  }

  /** Does what repro does, stage by stage, with early cut-off. */
  repro(): void {
    this.executed.length = 0;
    const done = new Map<string, StagePlan>();
    for (const stage of this.request().stages) {
      const request = this.request();
      const { declared } = stageFacts(stage, request.graph, done, request.observation);
      const decision = plan({ ...request, stages: [stage] })[0];
      if (decision === undefined || declared === undefined) throw new Error('nothing decided');
      if (decision.state === 'run') this.#execute(stage, declared);
      if (decision.state === 'restore' && decision.entry !== undefined) this.#restore(stage, decision.entry);
      done.set(stage.address, { stage, state: 'unchanged', reasons: [] });
    }
  }

  #contents(): Map<string, Content> {
    return new Map([...this.files].map(([path, text]) => [path, contentOf(text)]));
  }

  #execute(stage: Stage, declared: ReturnType<typeof declaredRecord>): void {
    this.executed.push(stage.name);
    const inputs = stage.deps.map((dep) => this.files.get(dep.path)).join('|');
    for (const out of stage.outs) this.files.set(out.path, `${stage.name}(${inputs};${JSON.stringify(this.#paramsOf(stage))})`);
    const outs = Object.fromEntries(stage.outs.map((out) => [out.path, toLocked(contentOf(this.files.get(out.path) ?? ''))]));
    for (const out of Object.values(outs)) {
      this.stored.add(out.digest);
      this.#bytes.set(out.digest, [...this.files.values()].find((text) => contentOf(text).digest === out.digest) ?? '');
    }
    this.locked.set(stage.address, { ...declared, outs });
    const key = runCacheKey(stage, declared, hashBytes);
    this.runs.set(key, [{ record: declared, outs, run: { id: 'r', durationMs: 1 } }, ...(this.runs.get(key) ?? [])]);
  }

  #restore(stage: Stage, entry: LockEntry): void {
    for (const [path, out] of Object.entries(entry.outs ?? {})) this.files.set(path, this.#bytes.get(out.digest) ?? '');
    this.locked.set(stage.address, entry);
  }

  readonly #bytes = new Map<Digest, string>();

  #paramsOf(stage: Stage): { [file: string]: { [key: string]: Value } } {
    const keys = stage.params.flatMap((spec) => spec.keys ?? []);
    return keys.length === 0 ? {} : { 'params.yaml': Object.fromEntries(keys.map((key) => [key, this.params[key] ?? null])) };
  }
}

function contentOf(text: string): Content {
  return { digest: hashBytes(text), size: text.length, kind: 'file' };
}
