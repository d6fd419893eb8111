import type { Graph } from '../graph/graph.ts';
import type { Stage, StageAddress } from '../stage.ts';
import { decide, type PlanPolicy, type PlanPorts } from './decide.ts';
import { stageFacts, type Observation } from './facts.ts';
import { judgeImports } from './judge.ts';
import type { StagePlan } from './types.ts';

export interface PlanRequest {
  readonly graph: Graph;
  /** In an order that respects the graph. */
  readonly stages: readonly Stage[];
  readonly observation: Observation;
  readonly policy: PlanPolicy;
  readonly ports: PlanPorts;
  /** Stages that run whatever their state. */
  readonly forced?: (stage: Stage, plans: ReadonlyMap<StageAddress, StagePlan>) => boolean;
}

/** What would happen to each stage, in order. Nothing is read or written but through the ports. */
export function plan(request: PlanRequest): readonly StagePlan[] {
  const plans = new Map<StageAddress, StagePlan>();
  for (const stage of request.stages) plans.set(stage.address, planStage(stage, plans, request));
  return [...plans.values()];
}

/** The decision on one stage, given those on the stages before it. */
export function planStage(stage: Stage, plans: ReadonlyMap<StageAddress, StagePlan>, request: PlanRequest): StagePlan {
  const facts = stageFacts(stage, request.graph, plans, request.observation);
  const force = request.policy.force || (request.forced?.(stage, plans) ?? false);
  return judgeImports(decide(facts, { ...request.policy, force }, request.ports), request.graph);
}
