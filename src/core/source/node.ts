import type { Value } from '../value.ts';
import type { SourceText } from './source-text.ts';

/**
 * A value of a text file together with where it stands. `start` and `end` are offsets into `from`,
 * the file that the characters stand in. Anchored nodes are shared by their aliases.
 */
export type SourceNode = ScalarNode | ListNode | MapNode;

interface Placed {
  readonly from: SourceText;
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | bigint | string;
  /** As written, for scalars that are not strings: `1.0` is not `1`, `3.10` is not `3.1`. */
  readonly written?: string;
  /** Written with a fraction or an exponent, or NaN or infinite: Python would call it a float. */
  readonly float?: true;
}

interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly node: SourceNode;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export function toValue(node: SourceNode): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toValue);
  const map: Record<string, Value> = {};
  for (const [key, entry] of node.entries) setOwn(map, key, toValue(entry.node));
  return map;
}

/** Assignment that also works for a key called `__proto__`. */
export function setOwn<T>(map: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

/** The node at a path, as far as it exists, and the place to blame for what is said about it (a key before its value). */
export function locate(root: SourceNode, path: readonly PropertyKey[]): { readonly node: SourceNode; readonly offset: number } {
  let node = root;
  let offset = root.start;
  for (const step of path) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(step));
      if (entry === undefined) break;
      node = entry.node;
      offset = placeOfValue(entry).start;
    } else if (node.kind === 'list') {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      node = item;
      offset = item.start;
    } else break;
  }
  return { node, offset };
}

/** Where to point at for the value of an entry: itself where it stands on one line with its key, else its key. */
export function placeOfValue(entry: MapEntry): { readonly from: SourceText; readonly start: number } {
  const { node, keyStart } = entry;
  const { from, start, end } = node;
  const inFlow = from.text[start] === '{' || from.text[start] === '[';
  return start < end && (node.kind === 'scalar' || inFlow) ? { from, start } : { from, start: keyStart };
}

/** `a string`, `a list`, `nothing`: what was found, in words for a message. */
export function describeNode(node: SourceNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  const { value } = node;
  if (value === null) return 'nothing';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  return `the number ${node.written ?? String(value)}`;
}
