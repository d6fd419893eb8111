import type { MloError, Problem } from '../errors/mlo-error.ts';
import { errorOfProblems } from '../errors/one-error.ts';
import type { ProjectPath, Stage, StageAddress } from '../stage.ts';
import { OutIndex, type Graph } from './graph.ts';
import { checkOuts, checkStage } from './rules.ts';
import { findCycles, topologicalOrder } from './order.ts';

/** Connects stages by the paths they read and write. Throws one MLO_GRAPH with every problem (`inspectGraph`). */
export function buildGraph(stages: readonly Stage[]): Graph {
  const { graph, fault } = inspectGraph(stages);
  if (fault !== undefined) throw fault;
  return graph;
}

/**
 * The graph as far as there is one, and what is wrong with it (MLO_GRAPH): duplicate and overlapping outs, a path
 * that is dep and out of one stage, a pipeline file inside an out, reserved places, and cycles (each shown as a path
 * of stages). With a fault, the order of the stages means nothing.
 */
export function inspectGraph(stages: readonly Stage[]): { readonly graph: Graph; readonly fault: MloError | undefined } {
  const outs = new OutIndex(stages);
  const problems: Problem[] = stages.flatMap((stage) => [...checkStage(stage), ...checkOuts(stage, outs)]);
  const byAddress = new Map(stages.map((stage) => [stage.address, stage]));
  const upstream = new Map(stages.map((stage) => [stage.address, upstreamOf(stage, outs)]));
  for (const cycle of findCycles(stages, upstream)) problems.push(cycleProblem(cycle, byAddress));
  const graph = { order: topologicalOrder(stages, upstream), byAddress, upstream, downstream: invert(stages, upstream), outs };
  return { graph, fault: errorOfProblems('MLO_GRAPH', problems) };
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
