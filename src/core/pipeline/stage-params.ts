import { refusedFormat } from '../params/parse.ts';
import { describeNode, type SourceNode } from '../source/node.ts';
import type { ParamSpec, Position, ProjectPath } from '../stage.ts';
import { positionOf, type Fields } from './fields.ts';
import type { StagePlace } from './stage-place.ts';

const DEFAULT_FILE = 'params.yaml';

interface Collected {
  readonly file: ProjectPath;
  readonly at: Position;
  /** Null: the whole file. */
  keys: Map<string, Position> | null;
}

/** `params` of a stage, one spec a file; a file taken wholly anywhere is taken wholly. */
export function readParams(fields: Fields, place: StagePlace): readonly ParamSpec[] {
  const list = fields.node('params');
  if (list?.kind !== 'list') return [];
  const byFile = new Map<ProjectPath, Collected>();
  for (const item of list.items) {
    if (item.kind === 'map')
      for (const entry of item.entries.values())
        addFile(byFile, fields, place, entry.key, { from: item.from, start: entry.keyStart }, entry.node);
    else addKey(byFile, fields, place, item);
  }
  return Array.from(byFile.values(), ({ file, at, keys }) =>
    keys === null ? { file, keys: null, at } : { file, keys: [...keys.keys()], keysAt: [...keys.values()], at },
  );
}

function addKey(byFile: Map<ProjectPath, Collected>, fields: Fields, place: StagePlace, item: SourceNode): void {
  const key = keyText(fields, item);
  if (key === undefined) return;
  const collected = fileFor(byFile, fields, place, DEFAULT_FILE, item);
  collected?.keys?.set(key, positionOf(item));
}

function addFile(
  byFile: Map<ProjectPath, Collected>,
  fields: Fields,
  place: StagePlace,
  written: string,
  at: Pick<SourceNode, 'from' | 'start'>,
  keys: SourceNode,
): void {
  const refused = refusedFormat(written);
  if (refused !== undefined) {
    fields.fail(at, `${fields.where}.params: ${refused}`);
    return;
  }
  const collected = fileFor(byFile, fields, place, written, at);
  if (collected === undefined) return;
  if (keys.kind !== 'list' || keys.items.length === 0) {
    collected.keys = null;
    return;
  }
  for (const item of keys.items) {
    const key = keyText(fields, item);
    if (key !== undefined) collected.keys?.set(key, positionOf(item));
  }
}

function fileFor(
  byFile: Map<ProjectPath, Collected>,
  fields: Fields,
  place: StagePlace,
  written: string,
  at: Pick<SourceNode, 'from' | 'start'>,
): Collected | undefined {
  const file = place.filePath(written, at, `${fields.where}.params`, fields);
  if (file === undefined) return undefined;
  const known = byFile.get(file);
  if (known !== undefined) return known;
  const collected: Collected = { file, at: positionOf(at), keys: new Map() };
  byFile.set(file, collected);
  return collected;
}

function keyText(fields: Fields, node: SourceNode): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value;
  return fields.fail(node, `${fields.where}.params: expected a dotted key, found ${describeNode(node)}`);
}
