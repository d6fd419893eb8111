import { type MapNode, type SourceNode } from '../source/node.ts';
import type { OutKind, OutSpec } from '../stage.ts';
import type { Value } from '../value.ts';
import { Fields, jsonSafe, positionOf } from './fields.ts';
import type { StagePlace } from './stage-place.ts';

const KEY_OF: { readonly [Kind in OutKind]: string } = { out: 'outs', metric: 'metrics', plot: 'plots' };
const PLOT_PROPS = ['template', 'x', 'y', 'x_label', 'y_label', 'title', 'header'];

/**
 * `outs`, `metrics` and `plots` of a stage. A list is DVC's form: paths, and maps `{path: flags}`.
 * A map is ours: `{name: path}` or `{name: {path: …, flags}}`.
 */
export function readOuts(fields: Fields, place: StagePlace): readonly OutSpec[] {
  return (['out', 'metric', 'plot'] as const).flatMap((kind) => readKind(fields, place, kind));
}

function readKind(fields: Fields, place: StagePlace, kind: OutKind): readonly OutSpec[] {
  const node = fields.node(KEY_OF[kind]);
  if (node === undefined || node.kind === 'scalar') return [];
  const specs: (OutSpec | undefined)[] = [];
  if (node.kind === 'list') {
    for (const item of node.items) {
      if (item.kind === 'map')
        for (const entry of item.entries.values())
          specs.push(outSpec(fields, place, kind, { from: item.from, start: entry.keyStart }, entry.key, entry.node));
      else specs.push(outSpec(fields, place, kind, item, item));
    }
  } else {
    for (const { key, node: value } of node.entries.values()) {
      const path = value.kind === 'map' ? value.entries.get('path')?.node : value;
      if (path !== undefined) specs.push(outSpec(fields, place, kind, path, path, value, key));
    }
  }
  return specs.filter((spec) => spec !== undefined);
}

function outSpec(
  fields: Fields,
  place: StagePlace,
  kind: OutKind,
  at: Pick<SourceNode, 'from' | 'start'>,
  written: SourceNode | string,
  flags?: SourceNode,
  name?: string,
): OutSpec | undefined {
  const where = `${fields.where}.${KEY_OF[kind]}`;
  const declared = typeof written === 'string' ? written : place.pathText(written, where, fields);
  if (declared === undefined) return undefined;
  const path = place.outPath(declared, at, where, fields);
  if (path === undefined) return undefined;
  const view = flags?.kind === 'list' ? listOfViews(flags) : undefined;
  const read = new Fields(flags?.kind === 'map' ? flags : emptyMap(at), where, place.problems);
  const desc = read.text('desc');
  const remote = read.text('remote');
  const plot = kind === 'plot' ? (view ?? plotProps(read)) : undefined;
  return {
    path,
    declared,
    ...(name === undefined ? {} : { name }),
    kind,
    cache: read.flag('cache', true),
    persist: read.flag('persist', false),
    push: read.flag('push', true),
    ...(remote === undefined ? {} : { remote }),
    ...(desc === undefined ? {} : { desc }),
    ...(plot === undefined || Object.keys(plot).length === 0 ? {} : { plot }),
    at: positionOf(at),
  };
}

/** `- file.csv: [{x: a}, {x: b}]`: several views of one file, kept under `views`. */
function listOfViews(list: SourceNode & { kind: 'list' }): { readonly [key: string]: Value } {
  return { views: jsonSafe(list) };
}

function plotProps(read: Fields): { readonly [key: string]: Value } {
  const props: Record<string, Value> = {};
  for (const key of PLOT_PROPS) {
    const value = plotProp(read, key);
    if (value !== undefined) props[key] = value;
  }
  return props;
}

function plotProp(read: Fields, key: string): Value | undefined {
  const node = read.node(key);
  if (key === 'header') return node === undefined ? undefined : read.flag(key, true);
  return key === 'y' && node?.kind === 'list' ? jsonSafe(node) : read.text(key);
}

function emptyMap(at: Pick<SourceNode, 'from' | 'start'>): MapNode {
  return { kind: 'map', entries: new Map(), from: at.from, start: at.start, end: at.start };
}
