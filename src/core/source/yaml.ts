import {
  parseDocument,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { pythonFloatText } from '../encoding/number-text.ts';
import type { Problem } from '../errors/mlo-error.ts';
import { DEEPEST, TOO_DEEP } from './deepest.ts';
import type { MapEntry, MapNode, ScalarNode, SourceNode } from './node.ts';
import { exactInteger, isFloatText } from './number-scalar.ts';
import type { ParsedSource } from './parsed-source.ts';
import { SourceText } from './source-text.ts';

/** Nodes after expanding aliases; more can only be meant to exhaust memory. */
const MOST_NODES = 2_000_000;
const MOST_SYNTAX_ERRORS = 10;

/** YAML 1.2 core schema with merge keys (`<<`). Dates are strings; keys are always strings. */
export function parseYamlSource(file: string, text: string): ParsedSource {
  const source = new SourceText(file, text);
  const empty: ScalarNode = { kind: 'scalar', value: null, from: source, start: 0, end: 0 };
  const parsed = parse(source);
  if (!('document' in parsed)) return { source, root: empty, problems: [parsed] };
  const { document } = parsed;
  const syntax = syntaxProblems(source, document);
  if (syntax.length > 0 || document.contents === null) return { source, root: empty, problems: syntax };
  const reader = new NodeReader(source);
  const root = reader.read(document.contents);
  return { source, root, problems: reader.problems };
}

function parse(source: SourceText): { document: Document.Parsed<ParsedNode> } | Problem {
  try {
    return {
      document: parseDocument(source.text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent', keepSourceTokens: false }),
    };
  } catch (error) {
    if (error instanceof RangeError) return source.problem(0, TOO_DEEP);
    throw error;
  }
}

/** The first error of each line, and of those the first ten: a mistake makes everything after it look wrong. */
function syntaxProblems(source: SourceText, document: Document.Parsed<ParsedNode>): readonly Problem[] {
  const byLine = new Map<number, Problem>();
  for (const { pos, message, code } of document.errors) {
    const offset = Math.min(pos[0], source.text.length);
    const { line } = source.position(offset);
    if (!byLine.has(line)) byLine.set(line, source.problem(offset, sentence(message), hintFor(source, offset, code)));
    if (byLine.size === MOST_SYNTAX_ERRORS) break;
  }
  return [...byLine.values()];
}

/** Turns the library's tree into ours, with its own checks: duplicate keys, unknown and circular aliases. */
class NodeReader {
  readonly problems: Problem[] = [];
  private readonly source: SourceText;
  private readonly anchors = new Map<string, { node: SourceNode; size: number; levels: number } | 'open'>();
  private size = 0;
  /** Level of what is being read, and the lowest one that was reached since an anchor was opened. */
  private level = 0;
  private lowest = 0;
  private isTooDeep = false;

  constructor(source: SourceText) {
    this.source = source;
  }

  read(node: Node): SourceNode {
    const before = this.size;
    this.size += 1;
    if (isAlias(node)) return this.alias(node);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor === undefined) return this.plain(node);
    const lowest = this.lowest;
    this.lowest = this.level;
    this.anchors.set(anchor, 'open');
    const read = this.plain(node);
    this.anchors.set(anchor, { node: read, size: this.size - before, levels: this.lowest - this.level });
    this.lowest = Math.max(lowest, this.lowest);
    return read;
  }

  private plain(node: Node): SourceNode {
    if (!isMap(node) && !isSeq(node)) return this.scalar(node as Scalar);
    if (!this.reaches(this.level + 1, node)) return this.nothing(rangeOf(node).start);
    this.level += 1;
    const read = isMap(node) ? this.map(node) : this.list(node);
    this.level -= 1;
    return read;
  }

  /** Notes that something lies as deep as that; false where it is too deep, which is told once. */
  private reaches(level: number, node: { range?: unknown }): boolean {
    this.lowest = Math.max(this.lowest, level);
    if (level <= DEEPEST) return true;
    if (!this.isTooDeep) this.problems.push(this.source.problem(rangeOf(node).start, TOO_DEEP));
    this.isTooDeep = true;
    return false;
  }

  private list(node: { range?: unknown; items: unknown[] }): SourceNode {
    const items = node.items.map((item) => this.read(item as Node));
    return { kind: 'list', items, from: this.source, ...rangeOf(node) };
  }

  private map(node: YAMLMap): MapNode {
    const entries = new Map<string, MapEntry>();
    const merged: SourceNode[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as Node;
      const { start, end } = rangeOf(keyNode);
      const key = this.keyText(keyNode, start);
      const value = pair.value === null ? this.nothing(end) : this.read(pair.value as Node);
      if (key === '<<' && isScalar(keyNode) && keyNode.type === 'PLAIN') merged.push(value);
      else if (entries.has(key)) this.duplicate(key, start, entries.get(key) as MapEntry);
      else entries.set(key, { key, keyStart: start, keyEnd: end, node: value });
    }
    for (const value of merged) this.merge(entries, value);
    return { kind: 'map', entries, from: this.source, ...rangeOf(node) };
  }

  /** `<<: *defaults`: keys of the map itself win, then earlier maps of a list. */
  private merge(entries: Map<string, MapEntry>, value: SourceNode): void {
    const maps = value.kind === 'list' ? value.items : [value];
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.problems.push(this.source.problem(map.start, "'<<' merges a map or a list of maps"));
        continue;
      }
      for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
    }
  }

  private keyText(key: Node, offset: number): string {
    if (isScalar(key)) return scalarKey(key);
    if (isAlias(key)) {
      const anchored = this.read(key);
      if (anchored.kind === 'scalar') return String(anchored.value);
    }
    const hint = hintFor(this.source, offset);
    this.problems.push(this.source.problem(offset, 'a key must be a plain word or a quoted text, not a list or a map', hint));
    return '';
  }

  private scalar(node: Scalar): ScalarNode {
    const place = { from: this.source, ...rangeOf(node) };
    const { value } = node;
    if (typeof value === 'string') return { kind: 'scalar', value, ...place };
    const written = node.source ?? '';
    if (value === null || typeof value === 'boolean') return { kind: 'scalar', value, written, ...place };
    if (typeof value === 'bigint') return { kind: 'scalar', value, written, ...place };
    if (typeof value !== 'number') return { kind: 'scalar', value: written, ...place };
    if (isFloatText(written)) return { kind: 'scalar', value, written, float: true, ...place };
    return { kind: 'scalar', value: exactInteger(value, written), written, ...place };
  }

  private alias(node: Alias): SourceNode {
    const name = node.source;
    const place = rangeOf(node);
    const anchored = this.anchors.get(name);
    if (anchored !== undefined && anchored !== 'open') {
      if (!this.reaches(this.level + anchored.levels, node)) return this.nothing(place.start);
      this.size += anchored.size;
      if (this.size <= MOST_NODES) return anchored.node;
      if (this.size - anchored.size <= MOST_NODES)
        this.problems.push(this.source.problem(place.start, `aliases make this file larger than ${MOST_NODES} values`));
    } else {
      const why = anchored === 'open' ? 'contains itself' : 'stands for no anchor above it';
      this.problems.push(this.source.problem(place.start, `alias '*${name}' ${why}`));
    }
    return this.nothing(place.start);
  }

  private nothing(at: number): ScalarNode {
    return { kind: 'scalar', value: null, from: this.source, start: at, end: at };
  }

  private duplicate(key: string, offset: number, first: MapEntry): void {
    const { line } = this.source.position(first.keyStart);
    this.problems.push(this.source.problem(offset, `key '${key}' is there twice: it already exists on line ${line}`));
  }
}

/** Keys that are not text are named as Python prints them, which is how DVC addresses them. */
function scalarKey({ value, source }: Scalar): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return isFloatText(source ?? '') ? pythonFloatText(value) : String(exactInteger(value, source ?? ''));
  return typeof value === 'boolean' ? String(value) : (source ?? '');
}

function rangeOf(node: { range?: unknown }): { start: number; end: number } {
  const range = node.range as readonly [number, number, number] | null | undefined;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}

function sentence(message: string): string {
  // The parser tells of its own stack as of an error in the file.
  if (message.includes('call stack')) return TOO_DEEP;
  return message.replaceAll(/\s+/g, ' ').trim();
}

/** `outs: [o${item}]` is the error that everybody makes once: in flow style `{` opens a map. */
function hintFor(source: SourceText, offset: number, code?: string): string | undefined {
  const line = source.lineAt(Math.min(offset, source.text.length));
  if (/[[{,]/.test(line.slice(0, Math.max(0, line.lastIndexOf('${'))))) return 'Inside [ ] and { }, put text with ${…} in quotes.';
  if (/^\t+|^ +\t/.test(line)) return 'Indent with spaces; YAML does not allow tabs.';
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return "Put text that holds ': ' in quotes.";
  return undefined;
}
