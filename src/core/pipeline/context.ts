import type { MapEntry, MapNode, SourceNode } from '../source/node.ts';
import { describeNode } from '../source/node.ts';
import { nearest } from '../text/nearest.ts';

export interface Conflict {
  /** Dotted path of the key that is there already. */
  readonly key: string;
  readonly existing: string;
  readonly entry: MapEntry;
}

export type Selected = { readonly node: SourceNode } | { readonly suggestion?: string; readonly why?: string };

/**
 * What `${}` can name: merged vars, and on top of them `item` and `key` of a foreach or matrix.
 * Immutable: merging gives a new context, so stages with vars of their own do not disturb each other.
 */
export class TemplateContext {
  private readonly globals: MapNode | undefined;
  private readonly locals: ReadonlyMap<string, SourceNode>;
  /** Who brought a key in, by its path; only the top of what came in together. */
  private readonly origins: ReadonlyMap<string, string>;

  private constructor(globals: MapNode | undefined, locals: ReadonlyMap<string, SourceNode>, origins: ReadonlyMap<string, string>) {
    this.globals = globals;
    this.locals = locals;
    this.origins = origins;
  }

  static empty(): TemplateContext {
    return new TemplateContext(undefined, new Map(), new Map());
  }

  has(key: string): boolean {
    return this.locals.has(key) || this.globals?.entries.has(key) === true;
  }

  /** `item` and `key`, which cannot be redefined while they are set. */
  withLocals(locals: ReadonlyMap<string, SourceNode>): TemplateContext {
    return new TemplateContext(this.globals, locals, this.origins);
  }

  reservedIn(map: MapNode): readonly string[] {
    return [...this.locals.keys()].filter((key) => map.entries.has(key));
  }

  /** Maps are merged key by key; any other key that exists already is a conflict, even with an equal value. */
  merge(map: MapNode, origin: string): TemplateContext | Conflict {
    const origins = new Map(this.origins);
    if (this.globals === undefined) {
      for (const key of map.entries.keys()) origins.set(key, origin);
      return new TemplateContext(map, this.locals, origins);
    }
    const merged = mergeMaps(this.globals, map, origin, '', origins);
    if ('existing' in merged) return merged;
    return new TemplateContext(merged, this.locals, origins);
  }

  /** Negative list indexes count from the end. */
  select(steps: readonly string[]): Selected {
    const [first, ...rest] = steps as readonly [string, ...string[]];
    let node = this.locals.get(first) ?? this.globals?.entries.get(first)?.node;
    if (node === undefined) return suggestion(first, [...this.locals.keys(), ...(this.globals?.entries.keys() ?? [])], '');
    let path = first;
    for (const step of rest) {
      const inner = child(node, step);
      if (inner === undefined) {
        if (node.kind === 'map') return suggestion(step, [...node.entries.keys()], `${path}.`);
        return { why: node.kind === 'list' ? `'${path}' has ${node.items.length} items` : `'${path}' is ${describeNode(node)}` };
      }
      node = inner;
      path += `.${step}`;
    }
    return { node };
  }
}

function mergeMaps(into: MapNode, update: MapNode, origin: string, prefix: string, origins: Map<string, string>): MapNode | Conflict {
  const entries = new Map(into.entries);
  for (const [key, entry] of update.entries) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const existing = entries.get(key);
    if (existing === undefined) {
      entries.set(key, entry);
      origins.set(path, origin);
    } else if (existing.node.kind === 'map' && entry.node.kind === 'map') {
      const merged = mergeMaps(existing.node, entry.node, origin, path, origins);
      if ('existing' in merged) return merged;
      entries.set(key, { ...existing, node: merged });
    } else {
      return { key: path, existing: originOf(path, origins), entry };
    }
  }
  return { ...into, entries };
}

function originOf(path: string, origins: ReadonlyMap<string, string>): string {
  for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
    const origin = origins.get(prefix);
    if (origin !== undefined) return origin;
  }
  return '<unknown>';
}

function child(node: SourceNode, step: string): SourceNode | undefined {
  if (node.kind === 'map') return node.entries.get(step)?.node;
  if (node.kind === 'list' && /^[-+]?\d+$/.test(step)) return node.items.at(Number(step));
  return undefined;
}

function suggestion(word: string, candidates: readonly string[], prefix: string): Selected {
  const close = nearest(word, candidates);
  return close === undefined ? {} : { suggestion: prefix + close };
}
