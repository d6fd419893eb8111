import { describeNode, placeOfValue, type MapEntry, type SourceNode } from '../source/node.ts';
import type { StageAction } from '../stage.ts';
import type { Fields } from './fields.ts';
import type { Place } from './problems.ts';
import type { StagePlace } from './stage-place.ts';

const ONLY_FOR_RUN = ['backend', 'seed', 'isolate'];
const MODULE = /\.(?:[cm]?[jt]s)$/;

/** `cmd` or `run` of a stage, whose shape says that there is exactly one of them. */
export function readAction(fields: Fields, place: StagePlace, kind: 'pipeline' | 'dvc'): StageAction | undefined {
  const shell = fields.text('shell');
  if (fields.entry('run') !== undefined) {
    if (shell !== undefined) fields.failAt('shell', "is for 'cmd'; a 'run' stage has no shell", "Remove 'shell'.");
    return readModule(fields, place);
  }
  for (const key of ONLY_FOR_RUN)
    if (fields.entry(key) !== undefined)
      fields.failAt(key, "is for 'run' stages; it means nothing to a 'cmd'", `Remove '${key}', or hand it to the command.`);
  const text = readCommands(fields);
  if (text === undefined) return undefined;
  return { kind: 'cmd', commands: commandsOf(text, kind), text, ...(shell === undefined ? {} : { shell }) };
}

function readModule(fields: Fields, place: StagePlace): StageAction | undefined {
  const { node } = fields.entry('run') as MapEntry;
  const where = `${fields.where}.run`;
  const declared = place.pathText(node, where, fields);
  if (declared === undefined) return undefined;
  const path = place.filePath(declared, node, where, fields);
  if (path === undefined) return undefined;
  if (!MODULE.test(path))
    return fields.fail(
      node,
      `${where}: '${declared}' is not a TypeScript or JavaScript module (.ts, .js, .mts, .mjs, .cts, .cjs)`,
      "Other programs are run with 'cmd'.",
    );
  return { kind: 'module', path, declared };
}

function readCommands(fields: Fields): string | readonly string[] | undefined {
  const entry = fields.entry('cmd');
  if (entry === undefined) return undefined;
  const { node } = entry;
  const where = `${fields.where}.cmd`;
  if (node.kind !== 'list') return commandText(fields, node, where, placeOfValue(entry));
  const commands: string[] = [];
  for (const [index, item] of node.items.entries()) {
    const command = commandText(fields, item, `${where}[${index}]`);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  return commands.length > 0 ? commands : undefined;
}

function commandText(fields: Fields, node: SourceNode, where: string, place: Place = node): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    if (node.value.trim() !== '') return node.value;
    return fields.fail(place, `${where}: the command is empty`);
  }
  const hint = node.kind === 'map' ? "Put the command in quotes: YAML reads 'name: value' as a map." : 'Put the command in quotes.';
  return fields.fail(place, `${where}: expected a command as text, found ${describeNode(node)}`, hint);
}

/**
 * In dvc.yaml every line of a string is a command with its own shell, as in DVC. In pipeline.yaml a
 * string of several lines is one script, and so is every item of a list in both.
 */
function commandsOf(text: string | readonly string[], kind: 'pipeline' | 'dvc'): readonly string[] {
  if (typeof text !== 'string') return text;
  if (kind === 'pipeline') return [text];
  return text.split(/\r\n|[\n\r\v\f\u001C-\u001E\u0085\u2028\u2029]/).filter((line) => line.trim() !== '');
}
