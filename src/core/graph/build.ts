import { MloError, type Problem } from '../errors/mlo-error.ts';
import type { ProjectPath, Stage, StageAddress } from '../stage.ts';
import { OutIndex, type Graph } from './graph.ts';
import { checkOuts, checkStage } from './rules.ts';
import { findCycle, topologicalOrder } from './order.ts';

/**
 * Connects stages by the paths they read and write. Throws one MLO_GRAPH with every problem:
 * duplicate and overlapping outs, a path that is dep and out of one stage, a pipeline file inside an
 * out, reserved places, and cycles (each shown as a path of stages).
 */
export function buildGraph(stages: readonly Stage[]): Graph {
  const outs = new OutIndex();
  for (const stage of stages) for (const out of stage.outs) outs.add({ stage, out });

  const problems: Problem[] = stages.flatMap((stage) => [...checkStage(stage), ...checkOuts(stage, outs)]);
  const byAddress = new Map(stages.map((stage) => [stage.address, stage]));
  const upstream = new Map(stages.map((stage) => [stage.address, upstreamOf(stage, outs)]));
  const cycle = findCycle(stages, upstream);
  if (cycle !== undefined) problems.push(cycleProblem(cycle, byAddress));
  if (problems.length > 0) throw graphError(problems);

  return { order: topologicalOrder(stages, upstream), byAddress, upstream, downstream: invert(stages, upstream), outs };
}

/** Project paths a stage reads: its deps and, for an in-process stage, its module. */
function readPaths(stage: Stage): readonly ProjectPath[] {
  const deps = stage.deps.map((dep) => dep.path);
  return stage.action.kind === 'module' ? [...deps, stage.action.path] : deps;
}

function upstreamOf(stage: Stage, outs: OutIndex): readonly StageAddress[] {
  if (stage.frozen) return [];
  const found = new Set<StageAddress>();
  for (const path of [...readPaths(stage), ...stage.params.map((param) => param.file)]) {
    for (const owned of outs.touching(path)) if (owned.stage.address !== stage.address) found.add(owned.stage.address);
  }
  return [...found];
}

function invert(
  stages: readonly Stage[],
  upstream: ReadonlyMap<StageAddress, readonly StageAddress[]>,
): ReadonlyMap<StageAddress, readonly StageAddress[]> {
  const downstream = new Map<StageAddress, StageAddress[]>(stages.map((stage) => [stage.address, []]));
  for (const stage of stages) for (const from of upstream.get(stage.address) ?? []) downstream.get(from)?.push(stage.address);
  return downstream;
}

function cycleProblem(cycle: readonly StageAddress[], byAddress: ReadonlyMap<StageAddress, Stage>): Problem {
  const first = byAddress.get(cycle[0] as StageAddress);
  return {
    message: `The stages form a cycle: ${[...cycle, cycle[0]].join(' → ')}`,
    ...(first === undefined ? {} : first.at),
    hint: 'A stage cannot depend on what is made from its own outs; remove one of these deps.',
  };
}

function graphError(problems: readonly Problem[]): MloError {
  const only = problems.length === 1 ? problems[0] : undefined;
  return new MloError('MLO_GRAPH', only?.message ?? `The pipeline has ${problems.length} problems`, {
    problems,
    ...(only?.hint === undefined ? {} : { hint: only.hint }),
  });
}
