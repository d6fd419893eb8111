import type { MapEntry, MapNode, SourceNode } from '../source/node.ts';
import { splice, walk, type Walk } from './edit-text.ts';

/** How the value is written where it lands: inside `[ ]` or `{ }`, or instead of `replaced`. */
export type Render = (place: { readonly flow: boolean; readonly replaced?: string }) => string;

/**
 * The text with the value at `path` replaced or added and every other byte left alone; undefined when
 * this place cannot be edited so (an alias, a list that is too short, a value that is not a map).
 * The caller must check the result by parsing it.
 */
export function setInYaml(text: string, root: SourceNode, path: readonly string[], render: Render): string | undefined {
  const found = walk(root, path);
  const { entry, parent } = found;
  if (entry !== undefined && parent !== undefined && !isOwn(entry, parent)) {
    // A key that came in by `<<` is not touched where it stands: an own key of the map wins over it.
    return found.missing.length > 0 || parent.entries.size === 0 ? undefined : addToMap(text, parent, path.slice(-1), render);
  }
  if (found.missing.length === 0) return replaceValue(text, found, render);
  if (found.node.kind === 'map') return addToMap(text, found.node, found.missing, render);
  if (found.node.kind === 'scalar' && found.node.value === null) return addUnderNothing(text, found, render);
  return undefined;
}

/** Removes the lines of a block entry; undefined where they hold anything else (a comment, a flow map). */
export function removeFromYaml(text: string, map: MapNode, entry: MapEntry): string | undefined {
  if (isFlow(text, map) || !isOwn(entry, map)) return undefined;
  const start = text.lastIndexOf('\n', entry.keyStart) + 1;
  const end = endOfLine(text, entry.node.end);
  const alone = text.slice(start, entry.keyStart).trim() === '' && text.slice(entry.node.end, end).trim() === '';
  return alone ? splice(text, start, Math.min(end + 1, text.length), '') : undefined;
}

function replaceValue(text: string, { node, entry }: Walk, render: Render): string | undefined {
  if (entry !== undefined && node.start < entry.keyEnd) return undefined;
  const replaced = text.slice(node.start, node.end);
  if (node.start === node.end) return entry === undefined ? undefined : afterColon(text, entry, ` ${render({ flow: false })}`);
  if (node.kind === 'scalar' && !replaced.endsWith('\n'))
    return splice(text, node.start, node.end, render({ flow: isInFlow(text, node), replaced }));
  if (node.kind === 'scalar') return splice(text, node.start, node.end, `${render({ flow: false })}\n`);
  if (isFlow(text, node)) return splice(text, node.start, node.end, render({ flow: false, replaced }));
  if (entry === undefined) return undefined;
  const lines = { start: text.lastIndexOf('\n', node.start), end: trimmedEnd(text, node.end) };
  if (lines.start < entry.keyEnd) return undefined;
  return afterColon(splice(text, lines.start, lines.end, ''), entry, ` ${render({ flow: false })}`);
}

function addToMap(text: string, map: MapNode, missing: readonly string[], render: Render): string | undefined {
  if (isFlow(text, map)) {
    const before = text.slice(0, map.end - 1).trimEnd();
    const separator = map.entries.size === 0 || before.endsWith(',') ? '' : ',';
    const space = map.entries.size === 0 || text[before.length] === '\n' ? '' : ' ';
    return splice(text, before.length, before.length, `${separator}${space}${flowEntry(missing, render)}`);
  }
  const own = [...map.entries.values()].filter((entry) => isOwn(entry, map));
  if (map.entries.size === 0) return appendLines(text, trimmedEnd(text, text.length), '', missing, render);
  const column = own.length === 0 ? columnOf(text, map.start) : columnOf(text, (own[0] as MapEntry).keyStart);
  return appendLines(text, trimmedEnd(text, map.end), ' '.repeat(column), missing, render);
}

/** `train:` with nothing below it, or a null that is written out. */
function addUnderNothing(text: string, { node, entry, missing }: Walk, render: Render): string | undefined {
  if (entry === undefined && node.start === node.end) return appendLines(text, trimmedEnd(text, text.length), '', missing, render);
  if (entry === undefined || isInFlow(text, node)) return splice(text, node.start, node.end, `{${flowEntry(missing, render)}}`);
  const bare = node.start < node.end ? splice(text, text.slice(0, node.start).trimEnd().length, node.end, '') : text;
  return appendLines(bare, entry.keyEnd, ' '.repeat(columnOf(text, entry.keyStart) + 2), missing, render);
}

/** New lines after the one that holds `at`, comments at its end included. */
function appendLines(text: string, at: number, indent: string, path: readonly string[], render: Render): string {
  const end = endOfLine(text, at);
  const lines = path.map((step, depth) => `${indent}${'  '.repeat(depth)}${keyText(step)}:`).join('\n');
  const head = text.slice(0, end);
  const newline = head === '' || head.endsWith('\n') ? '' : '\n';
  const rest = text.slice(end);
  return `${head}${newline}${lines} ${render({ flow: false })}${rest === '' ? '\n' : rest}`;
}

function flowEntry(path: readonly string[], render: Render): string {
  const [first, ...rest] = path as readonly [string, ...string[]];
  return `${keyText(first)}: ${rest.reduceRight((inner, step) => `{${keyText(step)}: ${inner}}`, render({ flow: true }))}`;
}

function afterColon(text: string, entry: MapEntry, inserted: string): string | undefined {
  const colon = text.indexOf(':', entry.keyEnd);
  if (colon < 0 || text.slice(entry.keyEnd, colon).trim() !== '') return undefined;
  return splice(text, colon + 1, colon + 1, inserted);
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) && !/^(?:null|true|false|y|n|yes|no|on|off)$/i.test(key) ? key : JSON.stringify(key);
}

function isOwn(entry: MapEntry, map: MapNode): boolean {
  return entry.keyStart >= map.start && entry.keyEnd <= map.end;
}

function isFlow(text: string, node: SourceNode): boolean {
  return text[node.start] === '{' || text[node.start] === '[';
}

/** Whether what follows on the line shows that this scalar stands inside brackets. A wrong guess only adds quotes. */
function isInFlow(text: string, node: SourceNode): boolean {
  return /^\s*[,\]}]/.test(text.slice(node.end, endOfLine(text, node.end)));
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

function trimmedEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}
