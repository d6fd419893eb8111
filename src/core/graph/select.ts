import { MloError } from '../errors/mlo-error.ts';
import { nearest } from '../text/nearest.ts';
import type { Stage, StageAddress } from '../stage.ts';
import type { Graph } from './graph.ts';
import { globMatcher } from '../text/glob.ts';

export interface Selection {
  /** Stage names, `file:stage`, groups of foreach/matrix, out paths (project paths). */
  readonly targets: readonly string[];
  readonly glob?: boolean;
  /** Only the targets, in the order given. */
  readonly singleItem?: boolean;
  /** The targets and everything after them, instead of everything before. */
  readonly downstream?: boolean;
  /** Without targets: the stages of this pipeline file (and what they need). */
  readonly file: string;
}

/** The stages a command works on, in an order that respects the graph (singleItem: as given). Throws MLO_TARGET. */
export function selectStages(graph: Graph, selection: Selection): readonly Stage[] {
  const targets = startingPoints(graph, selection);
  if (selection.singleItem === true) return targets;
  const edges = selection.downstream === true ? graph.downstream : graph.upstream;
  const wanted = reach(targets, edges);
  return graph.order.filter((stage) => wanted.has(stage.address));
}

/** The stages a target names. */
export function findTarget(graph: Graph, target: string, file: string, glob = false): readonly Stage[] {
  const stages = graph.order;
  // The file where the user stands comes first: its stages and groups may have names of the root file's.
  const exact = graph.byAddress.get(`${file}:${target}`) ?? graph.byAddress.get(target);
  const own = stages.filter((stage) => stage.group === target && stage.file === file);
  if (own.length > 0) return own;
  if (exact !== undefined) return [exact];
  const group = stages.filter((stage) => stage.group !== undefined && groupAddress(stage) === target);
  if (group.length > 0) return group;
  if (glob) {
    const matches = globMatcher(target);
    const matched = stages.filter((stage) => matches(stage.address) || (stage.file === file && matches(stage.name)));
    if (matched.length > 0) return matched;
  }
  const path = target.replace(/^\.\//, '').replace(/\/+$/, '');
  const owner = graph.outs.covering(path);
  if (owner !== undefined && owner.out.path !== '.') return [owner.stage];
  const ownFile = stages.filter((stage) => stage.file === path);
  if (ownFile.length > 0) return ownFile;
  throw unknownTarget(graph, target, file);
}

function startingPoints(graph: Graph, selection: Selection): readonly Stage[] {
  if (selection.targets.length === 0) return graph.order.filter((stage) => stage.file === selection.file);
  const found = new Map<StageAddress, Stage>();
  for (const target of selection.targets) {
    for (const stage of findTarget(graph, target, selection.file, selection.glob)) found.set(stage.address, stage);
  }
  return [...found.values()];
}

function reach(from: readonly Stage[], edges: ReadonlyMap<StageAddress, readonly StageAddress[]>): ReadonlySet<StageAddress> {
  const seen = new Set<StageAddress>(from.map((stage) => stage.address));
  // A set gives also what is added while it is walked.
  for (const address of seen) for (const next of edges.get(address) ?? []) seen.add(next);
  return seen;
}

function groupAddress(stage: Stage): string {
  return `${stage.address.slice(0, stage.address.length - stage.name.length)}${stage.group ?? ''}`;
}

function unknownTarget(graph: Graph, target: string, file: string): MloError {
  const names = graph.order.flatMap((stage) => [stage.address, ...stage.outs.map((out) => out.path)]);
  const close = nearest(target, names);
  const known = graph.order
    .toSorted((a, b) => Number(b.file === file) - Number(a.file === file))
    .slice(0, 8)
    .map((stage) => stage.address)
    .join(', ');
  return new MloError('MLO_TARGET', `'${target}' is neither a stage of '${file}' nor an out of any stage`, {
    hint:
      close === undefined
        ? known === ''
          ? `'${file}' defines no stages.`
          : `Stages: ${known}${graph.order.length > 8 ? ', …' : ''}`
        : `Did you mean '${close}'?`,
    details: { target, file },
  });
}
