import { describeNode, placeOfValue, toValue, type MapEntry, type MapNode, type SourceNode } from '../source/node.ts';
import type { Position } from '../stage.ts';
import type { Value, ValueMap } from '../value.ts';
import type { Place, Problems } from './problems.ts';

/** Reads the fields of one map after templating; what has the wrong type is reported and read as absent. */
export class Fields {
  readonly map: MapNode;
  /** `stages.train`, for messages. */
  readonly where: string;
  private readonly problems: Problems;

  constructor(map: MapNode, where: string, problems: Problems) {
    this.map = map;
    this.where = where;
    this.problems = problems;
  }

  entry(key: string): MapEntry | undefined {
    return this.map.entries.get(key);
  }

  node(key: string): SourceNode | undefined {
    return this.map.entries.get(key)?.node;
  }

  text(key: string): string | undefined {
    return this.read(key, 'expected text', (value) => (typeof value === 'string' ? value : undefined));
  }

  flag(key: string, fallback: boolean): boolean {
    return this.read(key, 'expected true or false', (value) => (typeof value === 'boolean' ? value : undefined)) ?? fallback;
  }

  choice<Name extends string>(key: string, names: readonly Name[]): Name | undefined {
    const expected = `expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
    return this.read(key, expected, (value) => names.find((name) => name === value));
  }

  integer(key: string): number | undefined {
    return this.read(key, 'expected an integer (up to 2^53)', (value) => (Number.isSafeInteger(value) ? (value as number) : undefined));
  }

  positive(key: string): number | undefined {
    return this.read(key, 'expected a number above 0', (value) =>
      typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined,
    );
  }

  inner(key: string): Fields | undefined {
    const node = this.node(key);
    return node?.kind === 'map' ? new Fields(node, `${this.where}.${key}`, this.problems) : undefined;
  }

  /** The value as it is, fit for JSON. */
  free(key: string): Value | undefined {
    const node = this.node(key);
    return node === undefined ? undefined : jsonSafe(node);
  }

  fail(place: Place, message: string, hint?: string): undefined {
    this.problems.add('MLO_PIPELINE_INVALID', place, message, hint);
    return undefined;
  }

  failAt(key: string, message: string, hint?: string): undefined {
    const entry = this.entry(key);
    return this.fail(
      entry === undefined ? this.map : { from: entry.node.from, start: entry.keyStart },
      `${this.where}.${key}: ${message}`,
      hint,
    );
  }

  warnAt(key: string, message: string, hint?: string): void {
    const entry = this.entry(key) as MapEntry;
    this.problems.warn({ from: entry.node.from, start: entry.keyStart }, `${this.where}.${key}: ${message}`, hint);
  }

  private read<Type>(key: string, expected: string, accept: (value: unknown) => Type | undefined): Type | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    const { node } = entry;
    const value = node.kind === 'scalar' ? accept(node.value) : undefined;
    return value ?? this.fail(placeOfValue(entry), `${this.where}.${key}: ${expected}, found ${describeNode(node)}`);
  }
}

export function positionOf(place: Place): Position {
  return place.from.position(place.start);
}

/**
 * Free values (`meta`, props of plots, artifacts) are only shown, and a resolved pipeline is kept as
 * JSON: integers beyond 2^53, NaN and infinities become text as it was written.
 */
export function jsonSafe(node: SourceNode): Value {
  if (node.kind === 'list') return node.items.map(jsonSafe);
  if (node.kind === 'map') return jsonSafeMap(node);
  const { value } = node;
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return node.written ?? String(value);
  return toValue(node);
}

export function jsonSafeMap(node: MapNode): ValueMap {
  return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, jsonSafe(entry.node)]));
}
