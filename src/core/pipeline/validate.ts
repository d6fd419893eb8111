import type * as z from 'zod';
import { describeNode, locate, toValue, type MapEntry, type SourceNode } from '../source/node.ts';
import { nearest } from '../text/nearest.ts';
import { repairedName, stageNameProblem } from './names.ts';
import type { Problems } from './problems.ts';
import { doSchema, foreachSchema, stageSchema, topLevelSchema } from './schema.ts';

type Issue = z.core.$ZodIssue;

const FILE_KEYS = Object.keys(topLevelSchema.shape);
const DO_KEYS = Object.keys(doSchema.shape);
const STAGE_KEYS = [...Object.keys(stageSchema.shape), 'foreach', 'do'];

/** Reports what is wrong with the shape of a file; gives the names of the definitions that can be built. */
export function validateFile(root: SourceNode, problems: Problems): ReadonlySet<string> {
  const value = toValue(root);
  report(problems, root, [], topLevelSchema.safeParse(value).error?.issues ?? [], FILE_KEYS);
  const valid = new Set<string>();
  const stages = root.kind === 'map' ? root.entries.get('stages')?.node : undefined;
  if (stages?.kind !== 'map') return valid;
  for (const entry of stages.entries.values()) {
    const before = problems.reported;
    validateDefinition(entry, root, problems);
    if (problems.reported === before) valid.add(entry.key);
  }
  return valid;
}

function validateDefinition(entry: MapEntry, root: SourceNode, problems: Problems): void {
  const { key, node } = entry;
  const wrongName = stageNameProblem(key);
  if (wrongName !== undefined)
    problems.add('MLO_PIPELINE_INVALID', { from: node.from, start: entry.keyStart }, wrongName, `Call it '${repairedName(key)}'.`);
  const isForeach = node.kind === 'map' && (node.entries.has('foreach') || node.entries.has('do'));
  const schema = isForeach ? foreachSchema : stageSchema;
  const issues = schema.safeParse(toValue(node)).error?.issues ?? [];
  report(problems, root, ['stages', key], issues, isForeach ? ['foreach', 'do'] : STAGE_KEYS);
  if (isForeach) checkAction(node.kind === 'map' ? node.entries.get('do') : undefined, `stages.${key}.do`, problems);
  else checkAction(entry, `stages.${key}`, problems);
}

/** Exactly one of `cmd` and `run`. */
function checkAction(entry: MapEntry | undefined, where: string, problems: Problems): void {
  if (entry?.node.kind !== 'map') return;
  const { entries } = entry.node;
  const place = { from: entry.node.from, start: entry.keyStart };
  if (!entries.has('cmd') && !entries.has('run')) {
    const close = nearest('cmd', entries.keys()) ?? nearest('run', entries.keys());
    const unknown = close !== undefined && !Object.hasOwn(doSchema.shape, close);
    problems.add(
      'MLO_PIPELINE_INVALID',
      place,
      `${where}: 'cmd' is missing`,
      unknown ? undefined : "Add 'cmd: <shell command>' or 'run: <module.ts>'.",
    );
  } else if (entries.has('cmd') && entries.has('run')) {
    const run = entries.get('run') as MapEntry;
    problems.add(
      'MLO_PIPELINE_INVALID',
      { from: run.node.from, start: run.keyStart },
      `${where}: 'cmd' and 'run' cannot stand together`,
      'Keep one of them, or make two stages.',
    );
  }
}

function report(
  problems: Problems,
  root: SourceNode,
  prefix: readonly PropertyKey[],
  issues: readonly Issue[],
  keys: readonly string[],
): void {
  for (const issue of issues) {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) unknownKey(problems, root, path, key, keys);
    else if (issue.code === 'invalid_union') union(problems, root, path, issue, keys);
    else wrongValue(problems, root, path, issue.message);
  }
}

/** Of the alternatives, the one whose own type fits is what was meant: its findings are told instead of "none fits". */
function union(
  problems: Problems,
  root: SourceNode,
  path: readonly PropertyKey[],
  issue: Extract<Issue, { code: 'invalid_union' }>,
  keys: readonly string[],
): void {
  const meant = issue.errors.filter((issues) => !issues.some((inner) => inner.path.length === 0 && inner.code !== 'unrecognized_keys'));
  const [best] = meant.toSorted((a, b) => a.length - b.length);
  if (best === undefined) wrongValue(problems, root, path, issue.message);
  else report(problems, root, path, best as readonly Issue[], keys);
}

function unknownKey(problems: Problems, root: SourceNode, path: readonly PropertyKey[], key: string, keys: readonly string[]): void {
  const { node } = locate(root, path);
  const entry = node.kind === 'map' ? node.entries.get(key) : undefined;
  const known = isInsideDo(path) ? DO_KEYS : path.length === 0 || isDefinition(path) ? keys : knownKeys(path);
  const close = nearest(key, known);
  const hint = close === undefined ? hintForUnknown(key, path, known) : `Did you mean '${close}'?`;
  problems.add(
    'MLO_PIPELINE_INVALID',
    { from: node.from, start: entry?.keyStart ?? node.start },
    `unknown key '${key}'${inPath(path)}`,
    hint,
  );
}

function wrongValue(problems: Problems, root: SourceNode, path: readonly PropertyKey[], message: string): void {
  const { node, offset } = locate(root, path);
  const last = path.at(-1);
  const parent = locate(root, path.slice(0, -1));
  const missing = last !== undefined && parent.node.kind === 'map' && !parent.node.entries.has(String(last));
  const text = missing
    ? `'${String(last)}' is missing${inPath(path.slice(0, -1))}`
    : `${dotted(path) || 'this file'}: ${message}, found ${describeNode(node)}`;
  problems.add(
    'MLO_PIPELINE_INVALID',
    { from: node.from, start: missing ? parent.offset : offset },
    text,
    missing ? hintForMissing(path) : hintForWrong(path, node, message),
  );
}

function isDefinition(path: readonly PropertyKey[]): boolean {
  return path[0] === 'stages' && path.length === 2;
}

/** The stage that a foreach repeats. */
function isInsideDo(path: readonly PropertyKey[]): boolean {
  return path[0] === 'stages' && path.length === 3 && path[2] === 'do';
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.includes('resources')) return ['cpus'];
  if (path.includes('artifacts')) return ['path', 'type', 'desc', 'labels', 'meta'];
  const outKeys = ['cache', 'persist', 'push', 'remote', 'desc', 'type', 'labels', 'meta', 'path'];
  return path.includes('plots') ? [...outKeys, 'template', 'x', 'y', 'x_label', 'y_label', 'title', 'header'] : outKeys;
}

function hintForUnknown(key: string, path: readonly PropertyKey[], known: readonly string[]): string {
  if (isDefinition(path) && known.length === 2) return `Beside 'foreach' there is only 'do': move '${key}' into 'do'.`;
  if (isInsideDo(path) && key === 'matrix') return "'matrix' stands beside 'cmd', not inside 'do'.";
  return `Known keys: ${known.join(', ')}.`;
}

function hintForMissing(path: readonly PropertyKey[]): string | undefined {
  const last = path.at(-1);
  if (last === 'path' && path[0] === 'stages')
    return "A map here is {name: path}; flags of a path are written as a list item: '- path: {cache: false}'.";
  if (last === 'do') return "'foreach' needs a 'do' with the stage to repeat.";
  if (last === 'foreach') return "'do' needs a 'foreach' with the items.";
  return undefined;
}

/** `expected`: the message of the schema, which says what may stand there. */
function hintForWrong(path: readonly PropertyKey[], node: SourceNode, expected: string): string | undefined {
  if (path.includes('cmd') && node.kind === 'map') return "Put the command in quotes: YAML reads 'name: value' as a map.";
  if (path.includes('cmd') && node.kind === 'list') return 'A list of commands cannot hold lists; write one command an item.';
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  const written = node.written ?? String(node.value);
  const quoted = typeof node.value === 'string' ? written : `"${written}"`;
  if (expected.startsWith('expected true or false')) return hintForFlag(written);
  if (/^expected (a number|an integer|seconds)/.test(expected))
    return typeof node.value === 'string' && isNumber(node.value) ? `Write it without quotes: ${node.value.trim()}.` : undefined;
  if (expected.startsWith('expected a list of')) return `Write it as a list: [${quoted}].`;
  if (expected.startsWith('expected a list')) return `Write it as a list: [${written}].`;
  const isText = /^expected (text|a path|a command|a dotted key|'file'|a column|a file|a name)/.test(expected);
  return isText && typeof node.value !== 'string' ? `Put it in quotes: ${quoted}.` : undefined;
}

function hintForFlag(written: string): string {
  if (/^(true|yes|on|y|1)$/i.test(written)) return 'Write it as true, without quotes.';
  if (/^(false|no|off|n|0)$/i.test(written)) return 'Write it as false, without quotes.';
  return 'Write true or false.';
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

function inPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${dotted(path)}`;
}

/** `stages.train.outs[0].cache` */
function dotted(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`)).join('');
}
