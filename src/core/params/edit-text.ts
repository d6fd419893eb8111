import type { MapEntry, MapNode, SourceNode } from '../source/node.ts';

/** A place in a document: the entries and items that exist on the way, and the steps that do not. */
export interface Walk {
  /** The deepest node that exists; the value itself when nothing is missing. */
  readonly node: SourceNode;
  /** The entry that holds it, where a map does. */
  readonly entry?: MapEntry;
  /** The map around it. */
  readonly parent?: MapNode;
  readonly missing: readonly string[];
}

/** Follows exact keys and list indexes. */
export function walk(root: SourceNode, path: readonly string[]): Walk {
  let node = root;
  let entry: MapEntry | undefined;
  let parent: MapNode | undefined;
  for (const [index, step] of path.entries()) {
    const next = node.kind === 'map' ? node.entries.get(step) : undefined;
    const item = node.kind === 'list' && /^\d+$/.test(step) ? node.items[Number(step)] : undefined;
    if (next === undefined && item === undefined) return place(node, entry, parent, path.slice(index));
    parent = node.kind === 'map' ? node : undefined;
    entry = next;
    node = (next?.node ?? item) as SourceNode;
  }
  return place(node, entry, parent, []);
}

/** The keys a dotted key stands for in this document: those that exist, where a key itself may hold dots. */
export function actualPath(root: SourceNode, steps: readonly string[]): readonly string[] {
  return existing(root, steps, 0) ?? steps;
}

/** The text as `edit` makes it, which sees neither byte order mark nor CRLF; both stay where all of the text has them. */
export function keepingForm(text: string, edit: (plain: string) => string): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(mark.length);
  const isCrlf = body.includes('\r\n') && !/(?<!\r)\n/.test(body);
  if (!isCrlf) return mark + edit(body);
  return mark + edit(body.replaceAll('\r\n', '\n')).replaceAll('\n', '\r\n');
}

export function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end);
}

function existing(node: SourceNode, steps: readonly string[], from: number): readonly string[] | undefined {
  if (from === steps.length) return [];
  for (let to = from + 1; to <= steps.length; to += 1) {
    const key = steps.slice(from, to).join('.');
    const child =
      node.kind === 'map' ? node.entries.get(key)?.node : node.kind === 'list' && /^\d+$/.test(key) ? node.items[Number(key)] : undefined;
    const rest = child === undefined ? undefined : existing(child, steps, to);
    if (rest !== undefined) return [key, ...rest];
  }
  return undefined;
}

function place(node: SourceNode, entry: MapEntry | undefined, parent: MapNode | undefined, missing: readonly string[]): Walk {
  return { node, ...(entry === undefined ? {} : { entry }), ...(parent === undefined ? {} : { parent }), missing };
}
