import { pythonFloatText } from '../encoding/number-text.ts';
import type { MapEntry, MapNode, ScalarNode, SourceNode } from '../source/node.ts';
import type { TemplateContext } from './context.ts';
import { findMatches, hasTemplate, parseExpression, unescape, type Match } from './expression.ts';

/** What may stand where a `${}` stands. */
export type Allowed =
  | 'scalars'
  /** `cmd`: a map becomes `--key value` arguments. */
  | 'arguments'
  /** `foreach` and `matrix`: lists and maps too. */
  | 'anything';

/** One `${}` that cannot be resolved, or a key that is there twice by one; `start` is the offset of the fault in the source. */
export interface TemplateFault {
  readonly code: 'MLO_TEMPLATE' | 'MLO_PIPELINE_INVALID';
  readonly from: SourceNode['from'];
  readonly start: number;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The node with every `${}` in it replaced, keys included. A string that is nothing but one `${}`
 * takes the value with its type; inside other text it is printed as DVC (Python) prints it.
 * Faults are handed to `report`, and the text stays as it is.
 */
export function interpolate(
  node: SourceNode,
  context: TemplateContext,
  allowed: Allowed,
  report: (fault: TemplateFault) => void,
): SourceNode {
  if (node.kind === 'scalar')
    return typeof node.value === 'string' && hasTemplate(node.value) ? interpolateText(node, context, allowed, report) : node;
  if (node.kind === 'list') {
    const items = node.items.map((item) => interpolate(item, context, allowed, report));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  return interpolateMap(node, context, allowed, report);
}

function interpolateMap(node: MapNode, context: TemplateContext, allowed: Allowed, report: (fault: TemplateFault) => void): MapNode {
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const inner = interpolate(entry.node, context, allowed, report);
    const name = hasTemplate(key) ? interpolateKey(entry, context, report) : key;
    const first = entries.get(name);
    if (first !== undefined) report(repeatedKey(name, key, entry, first));
    if (inner === entry.node && name === key) entries.set(key, entry);
    else {
      changed = true;
      entries.set(name, { ...entry, key: name, node: inner });
    }
  }
  return changed ? { ...node, entries } : node;
}

/** Syntax faults only, whatever the context holds. */
export function checkExpressions(node: SourceNode, report: (fault: TemplateFault) => void): void {
  if (node.kind === 'list') for (const item of node.items) checkExpressions(item, report);
  else if (node.kind === 'map') {
    for (const entry of node.entries.values()) {
      checkText(keyNode(entry), report);
      checkExpressions(entry.node, report);
    }
  } else checkText(node, report);
}

/** Whether anything in the node is to be interpolated; escapes do not count. */
export function firstTemplate(node: SourceNode): SourceNode | undefined {
  if (node.kind === 'scalar') return typeof node.value === 'string' && findMatches(node.value).length > 0 ? node : undefined;
  const inner = node.kind === 'list' ? node.items : Array.from(node.entries.values(), (entry) => entry.node);
  for (const child of inner) {
    const found = firstTemplate(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A scalar as Python's `str` prints it, but booleans lower-case. */
export function scalarText(node: ScalarNode): string {
  const { value } = node;
  if (value === null) return 'None';
  if (typeof value === 'number' && node.float === true) return pythonFloatText(value);
  return String(value);
}

function checkText(node: ScalarNode, report: (fault: TemplateFault) => void): void {
  if (typeof node.value !== 'string' || !hasTemplate(node.value)) return;
  for (const match of findMatches(node.value)) {
    const parsed = parseExpression(match.inner);
    if ('fault' in parsed) report(fault(node, match, `'\${${match.inner}}': ${parsed.fault}`, parsed.at + 2));
  }
}

function interpolateText(node: ScalarNode, context: TemplateContext, allowed: Allowed, report: (fault: TemplateFault) => void): SourceNode {
  const text = node.value as string;
  const matches = findMatches(text);
  const [only] = matches;
  if (only !== undefined && only.start === 0 && only.end === text.length) {
    const value = resolve(node, only, context, report);
    if (value === undefined || !isAllowed(node, only, value, allowed, report)) return node;
    return placedAt(value, node);
  }
  let built = '';
  let done = 0;
  for (const match of matches) {
    const value = resolve(node, match, context, report);
    built += text.slice(done, match.start);
    if (value !== undefined && isAllowed(node, match, value, allowed === 'anything' ? 'scalars' : allowed, report))
      built += printed(node, match, value, report);
    done = match.end;
  }
  return { kind: 'scalar', value: unescape(built + text.slice(done)), from: node.from, start: node.start, end: node.end };
}

function interpolateKey(entry: MapEntry, context: TemplateContext, report: (fault: TemplateFault) => void): string {
  const resolved = interpolateText(keyNode(entry), context, 'scalars', report);
  return resolved.kind === 'scalar' ? scalarText(resolved) : entry.key;
}

function repeatedKey(name: string, written: string, { node, keyStart }: MapEntry, first: MapEntry): TemplateFault {
  const { line } = first.node.from.position(first.keyStart);
  const key = written === name ? `key '${name}'` : `key '${written}' becomes '${name}', which`;
  return {
    code: 'MLO_PIPELINE_INVALID',
    from: node.from,
    start: keyStart,
    message: `${key} is there twice: it already exists on line ${line}`,
  };
}

function keyNode(entry: MapEntry): ScalarNode {
  return { kind: 'scalar', value: entry.key, from: entry.node.from, start: entry.keyStart, end: entry.keyEnd };
}

function resolve(node: ScalarNode, match: Match, context: TemplateContext, report: (fault: TemplateFault) => void): SourceNode | undefined {
  const parsed = parseExpression(match.inner);
  if ('fault' in parsed) {
    report(fault(node, match, `'\${${match.inner}}': ${parsed.fault}`, parsed.at + 2));
    return undefined;
  }
  const selected = context.select(parsed.steps);
  if ('node' in selected) return selected.node;
  const hint = selected.suggestion === undefined ? selected.why : `Did you mean '${selected.suggestion}'?`;
  report(fault(node, match, `Could not find '${match.inner}'`, 0, hint));
  return undefined;
}

function isAllowed(node: ScalarNode, match: Match, value: SourceNode, allowed: Allowed, report: (fault: TemplateFault) => void): boolean {
  if (value.kind === 'scalar' || allowed === 'anything') return true;
  if (value.kind === 'map' && allowed === 'arguments') return true;
  const hint =
    value.kind === 'list' && allowed === 'arguments' ? 'Only a map can be unpacked: {name: [a, b]} becomes --name a b.' : undefined;
  report(fault(node, match, `Cannot interpolate data of type '${value.kind === 'map' ? 'dict' : 'list'}'`, 0, hint));
  return false;
}

/** `{a: {b: 1}, flag: true, off: false, many: [x, y]}` → `--a.b 1 --flag --many x y`. */
function printed(node: ScalarNode, match: Match, value: SourceNode, report: (fault: TemplateFault) => void): string {
  if (value.kind === 'scalar') return scalarText(value);
  const words: string[] = [];
  for (const [name, leaf] of leaves(value, '')) {
    if (leaf.kind === 'list') {
      const items = leaf.items.filter((item) => item.kind === 'scalar');
      if (items.length < leaf.items.length) report(fault(node, match, `Cannot interpolate nested iterable in '${name}'`, 0));
      if (items.length > 0) words.push(`--${name}`, ...items.map(argument));
    } else if (leaf.kind === 'scalar') {
      if (leaf.value === true) words.push(`--${name}`);
      else if (leaf.value !== false) words.push(`--${name}`, argument(leaf));
    }
  }
  return words.join(' ');
}

function* leaves(node: SourceNode, prefix: string): Generator<[string, SourceNode]> {
  if (node.kind !== 'map') {
    yield [prefix, node];
    return;
  }
  for (const [key, entry] of node.entries) yield* leaves(entry.node, prefix === '' ? key : `${prefix}.${key}`);
}

/** Python's `shlex.quote` for strings; a boolean inside a list is printed as Python does. */
function argument(node: ScalarNode): string {
  if (typeof node.value === 'boolean') return node.value ? 'True' : 'False';
  if (typeof node.value !== 'string') return scalarText(node);
  if (node.value !== '' && /^[\w@%+=:,./-]+$/.test(node.value)) return node.value;
  return `'${node.value.replaceAll("'", `'"'"'`)}'`;
}

/** The value, standing where the `${}` stood: messages point at what the user can edit here. */
function placedAt(value: SourceNode, node: ScalarNode): SourceNode {
  const place = { from: node.from, start: node.start, end: node.end };
  return { ...value, ...place };
}

/** `shift`: offset of the fault from the `$`. */
function fault(node: ScalarNode, match: Match, message: string, shift: number, hint?: string): TemplateFault {
  const written = `\${${match.inner}}`;
  const source = node.from.text.slice(node.start, node.end);
  // Offsets of the value are not those of the source (quotes, folded lines), but the same expressions come in the same order.
  let found = source.indexOf(written);
  for (let seen = (node.value as string).indexOf(written); seen >= 0 && seen < match.start;) {
    found = source.indexOf(written, found + 1);
    seen = (node.value as string).indexOf(written, seen + 1);
  }
  const start = found < 0 ? node.start : node.start + found + shift;
  return { code: 'MLO_TEMPLATE', from: node.from, start, message, ...(hint === undefined ? {} : { hint }) };
}
