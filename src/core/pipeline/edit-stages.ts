import { isMap as isDocumentMap, parseDocument, stringify } from 'yaml';
import { MloError } from '../errors/mlo-error.ts';
import { equalValues } from '../params/keys.ts';
import { keepingForm, splice } from '../params/edit-text.ts';
import { toValue, type MapNode } from '../source/node.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { nearest } from '../text/nearest.ts';
import { shellWord } from '../text/shell-word.ts';
import { isMap, type ValueMap } from '../value.ts';

/**
 * The text of a pipeline file with a stage added behind the others, or in place of the one of that name; every other byte stays, where
 * the stages stand in lines of their own, and else the comments. Throws MLO_PIPELINE_SYNTAX, MLO_PIPELINE_INVALID.
 */
export function addStageToText(path: string, text: string, name: string, definition: ValueMap): string {
  return keepingForm(text, (plain) => addStage(path, plain, name, definition));
}

function addStage(path: string, text: string, name: string, definition: ValueMap): string {
  const before = stagesOf(path, text);
  const expected = { ...before.values, [name]: definition };
  const edited = before.map === undefined ? appended(text, name, definition) : placed(text, before.map, name, definition);
  const candidates = [edited, throughDocument(text, (document) => document.setIn(['stages', name], document.createNode(definition)))];
  return firstThatSays(path, candidates, { ...before.file, stages: expected });
}

/** The text without the definition of a stage and the comments right above it. Throws MLO_TARGET where there is none, and as above. */
export function removeStageFromText(path: string, text: string, name: string): string {
  return keepingForm(text, (plain) => removeStage(path, plain, name));
}

function removeStage(path: string, text: string, name: string): string {
  const before = stagesOf(path, text);
  if (!Object.hasOwn(before.values, name)) {
    const [group = name] = name.split('@', 1);
    if (group !== name && Object.hasOwn(before.values, group)) {
      throw new MloError(
        'MLO_TARGET',
        `'${name}' is one of the stages that '${group}' in '${path}' makes: only all of them can be removed`,
        {
          hint: `mlo stage remove ${shellWord(group)}, or take what makes it out of its foreach or matrix`,
        },
      );
    }
    const close = nearest(name, Object.keys(before.values));
    throw new MloError('MLO_TARGET', `There is no stage '${name}' in '${path}'`, {
      hint: close === undefined ? 'mlo stage list' : `Did you mean '${close}'?`,
    });
  }
  const { [name]: _removed, ...expected } = before.values;
  const lines = before.map === undefined ? undefined : linesOf(text, before.map, name);
  const edited = lines === undefined ? undefined : withoutLines(text, withComments(text, lines.start), lines.end);
  return firstThatSays(path, [edited, throughDocument(text, (document) => document.deleteIn(['stages', name]))], {
    ...before.file,
    stages: expected,
  });
}

/** Names of the definitions in a pipeline file. Throws MLO_PIPELINE_SYNTAX, MLO_PIPELINE_INVALID. */
export function stageNamesIn(path: string, text: string): readonly string[] {
  return Object.keys(stagesOf(path, text).values);
}

function stagesOf(path: string, text: string): { readonly map?: MapNode; readonly values: ValueMap; readonly file: ValueMap } {
  const { root, problems } = parseYamlSource(path, text);
  if (problems.length > 0) throw new MloError('MLO_PIPELINE_SYNTAX', `'${path}' is not valid YAML`, { problems });
  const node = root.kind === 'map' ? root.entries.get('stages')?.node : undefined;
  const isEmpty = root.kind === 'scalar' && root.value === null;
  if ((root.kind !== 'map' && !isEmpty) || node?.kind === 'list' || (node?.kind === 'scalar' && node.value !== null))
    throw new MloError('MLO_PIPELINE_INVALID', `'${path}' has no map of stages`, { hint: 'stages: {name: {cmd: …}} was expected' });
  const file = isEmpty ? {} : (toValue(root) as ValueMap);
  return node?.kind === 'map' ? { map: node, values: toValue(node) as ValueMap, file } : { values: {}, file };
}

/** A file without stages. */
function appended(text: string, name: string, definition: ValueMap): string | undefined {
  const empty = /^stages[ \t]*:[ \t]*(?:#.*)?$/m.exec(text);
  if (empty !== null) return splice(text, endOfLine(text, empty.index), endOfLine(text, empty.index), block(name, definition, 2));
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${start}stages:\n${block(name, definition, 2)}`;
}

function placed(text: string, map: MapNode, name: string, definition: ValueMap): string | undefined {
  // `stages: {}`, as the empty template has it.
  if (/^\{\s*\}$/.test(text.slice(map.start, map.end)))
    return appended(`${text.slice(0, map.start).trimEnd()}${text.slice(map.end)}`, name, definition);
  if (text[map.start] === '{') return undefined;
  const entries = [...map.entries.values()];
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const column = first.keyStart - (text.lastIndexOf('\n', first.keyStart - 1) + 1);
  const lines = linesOf(text, map, name);
  if (lines !== undefined) return splice(text, lines.start, lines.end, block(name, definition, column));
  const end = endOfLine(text, text.slice(0, last.node.end).trimEnd().length);
  const previous = entries.at(-2);
  const apart =
    previous !== undefined && /\n[ \t]*\r?\n/.test(text.slice(text.slice(0, previous.node.end).trimEnd().length, last.keyStart))
      ? '\n'
      : '';
  const head = text.slice(0, end);
  return `${head}${head.endsWith('\n') ? '' : '\n'}${apart}${block(name, definition, column)}${text.slice(end)}`;
}

/** From the start of the line with the key to the end of the last line of the value. */
function linesOf(text: string, map: MapNode, name: string): { readonly start: number; readonly end: number } | undefined {
  const entry = map.entries.get(name);
  if (entry === undefined || text[map.start] === '{') return undefined;
  const start = text.lastIndexOf('\n', entry.keyStart - 1) + 1;
  const end = endOfLine(text, text.slice(0, Math.max(entry.keyEnd, entry.node.end)).trimEnd().length);
  return text.slice(start, entry.keyStart).trim() === '' ? { start, end } : undefined;
}

/** Of a blank line before and one behind, one is left. */
function withoutLines(text: string, start: number, end: number): string {
  const isBetweenBlanks = text.slice(0, start).endsWith('\n\n') && (end === text.length || text[end] === '\n');
  return splice(text, isBetweenBlanks ? start - 1 : start, end, '');
}

/** Where the comment lines right above a line begin. */
function withComments(text: string, start: number): number {
  let at = start;
  for (;;) {
    const above = text.lastIndexOf('\n', at - 2) + 1;
    if (at === 0 || !/^\s*#/.test(text.slice(above, at))) return at;
    at = above;
  }
}

/** Behind its newline, or the end of the text. */
function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function block(name: string, definition: ValueMap, column: number): string {
  const lines = stringify({ [name]: definition }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  return lines.map((line) => (line === '' ? '\n' : `${' '.repeat(column)}${line}\n`)).join('');
}

function throughDocument(text: string, change: (document: ReturnType<typeof parseDocument>) => void): string {
  const document = parseDocument(text);
  // `setIn` does not go into nothing.
  if (isDocumentMap(document.contents) && !isDocumentMap(document.get('stages'))) document.set('stages', document.createNode({}));
  change(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** An edit counts where reading it back gives this file. */
function firstThatSays(path: string, candidates: readonly (string | undefined)[], expected: ValueMap): string {
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const { root, problems } = parseYamlSource(path, candidate);
    const value = problems.length === 0 ? toValue(root) : null;
    if (isMap(value) && equalValues({ ...value, stages: value['stages'] ?? {} }, expected)) return candidate;
  }
  throw new MloError('MLO_PIPELINE_INVALID', `The stages of '${path}' cannot be edited without changing others`, {
    hint: 'They share an anchor: edit the file by hand.',
  });
}
