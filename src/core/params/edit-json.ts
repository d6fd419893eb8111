import type { MapNode, SourceNode } from '../source/node.ts';
import { splice, walk } from './edit-text.ts';

/** The text with the value at `path` replaced or added; undefined when something on the way is not a map. */
export function setInJson(text: string, root: SourceNode, path: readonly string[], rendered: string): string | undefined {
  const { node, missing } = walk(root, path);
  const [first, ...rest] = missing;
  if (first === undefined) return splice(text, node.start, node.end, rendered);
  if (node.kind !== 'map') return undefined;
  const value = rest.reduceRight((inner, step) => `{${JSON.stringify(step)}: ${inner}}`, rendered);
  return addEntry(text, node, `${JSON.stringify(first)}: ${value}`);
}

/** Laid out as the entry before it. */
function addEntry(text: string, map: MapNode, entry: string): string {
  const entries = [...map.entries.values()];
  const last = entries.at(-1);
  const [first] = entries;
  if (first === undefined || last === undefined)
    return text.trim() === '' ? `{${entry}}\n` : splice(text, map.start + 1, map.end - 1, entry);
  const before = text.slice(map.start + 1, first.keyStart);
  const separator = before.includes('\n') ? before.slice(before.lastIndexOf('\n')) : ' ';
  return splice(text, last.node.end, last.node.end, `,${separator}${entry}`);
}
