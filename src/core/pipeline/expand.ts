import type { MapEntry, MapNode, ScalarNode, SourceNode } from '../source/node.ts';
import { describeNode } from '../source/node.ts';
import type { TemplateContext } from './context.ts';
import { checkExpressions, interpolate, scalarText, type TemplateFault } from './interpolate.ts';
import type { Problems } from './problems.ts';

/** One stage to make of a definition: its template, its name after the `@`, what `item` and `key` are. */
export interface Member {
  readonly suffix?: string;
  readonly template: MapNode;
  readonly locals: ReadonlyMap<string, SourceNode>;
}

interface Axis {
  readonly name: string;
  readonly entry: MapEntry;
  readonly values: readonly SourceNode[];
  readonly substituted: readonly boolean[];
}

export interface Definition {
  readonly name: string;
  readonly node: MapNode;
  readonly nameStart: number;
  readonly file: string;
}

/**
 * The stages of a definition, named as DVC names them. foreach: by item, by index when an item is a
 * list or a map, by key over a map. matrix: the values joined by `-`, lists and maps as `<name><index>`.
 */
export function expandDefinition(definition: Definition, context: TemplateContext | undefined, problems: Problems): readonly Member[] {
  const { node } = definition;
  const foreach = node.entries.get('foreach');
  const matrix = node.entries.get('matrix');
  if (foreach === undefined && matrix === undefined) return [{ template: node, locals: new Map() }];
  const iterable = (foreach ?? matrix) as MapEntry;
  const field = foreach === undefined ? 'matrix' : 'foreach';
  const data = resolveData(iterable.node, field, definition, context, problems);
  if (data === undefined) return [];
  warnIfOverwriting(definition, context, field === 'matrix' || data.kind === 'map' ? ['item', 'key'] : ['item'], problems);
  const members =
    field === 'foreach'
      ? foreachMembers(definition, iterable.node, data, problems)
      : matrixMembers(definition, iterable.node, data, problems);
  if (members.length === 0)
    problems.warn({ from: iterable.node.from, start: iterable.keyStart }, `'${field}' of '${definition.name}' is empty: it makes no stage`);
  return members;
}

function resolveData(
  node: SourceNode,
  field: string,
  definition: Definition,
  context: TemplateContext | undefined,
  problems: Problems,
): SourceNode | undefined {
  let faults = 0;
  const report = (fault: TemplateFault): void => {
    faults += 1;
    problems.add(
      fault.code,
      fault,
      `failed to parse 'stages.${definition.name}.${field}' in '${definition.file}': ${fault.message}`,
      fault.hint,
      fault.message,
    );
  };
  checkExpressions(node, report);
  if (faults > 0 || context === undefined) return undefined;
  const data = interpolate(node, context, 'anything', report);
  return faults > 0 ? undefined : data;
}

function foreachMembers(definition: Definition, written: SourceNode, data: SourceNode, problems: Problems): readonly Member[] {
  const template = definition.node.entries.get('do')?.node;
  // A 'do' that is missing or no map has been reported with the shape of the file.
  if (template?.kind !== 'map') return [];
  if (data.kind === 'map') {
    return Array.from(data.entries.values(), ({ key, node, keyStart, keyEnd }) => {
      const keyNode: ScalarNode = { kind: 'scalar', value: key, from: node.from, start: keyStart, end: keyEnd };
      return {
        suffix: key,
        template,
        locals: new Map<string, SourceNode>([
          ['item', node],
          ['key', keyNode],
        ]),
      };
    });
  }
  if (data.kind === 'scalar') {
    unfit(definition, 'foreach', data, 'expected list/dictionary', problems);
    return [];
  }
  const complex = data.items.some((item) => item.kind !== 'scalar');
  const substituted = areSubstituted(written, data.items);
  const named = data.items.map((item, index) => ({
    name: complex ? String(index) : fragment(item as ScalarNode, substituted[index] === true),
    item,
  }));
  return unique(definition, 'foreach', named, problems).map(({ name, item }) => ({
    suffix: name,
    template,
    locals: new Map([['item', item]]),
  }));
}

function matrixMembers(definition: Definition, written: SourceNode, data: SourceNode, problems: Problems): readonly Member[] {
  if (data.kind !== 'map') {
    unfit(definition, 'matrix', data, 'expected a dictionary of lists', problems);
    return [];
  }
  const axes: Axis[] = [];
  for (const entry of data.entries.values()) {
    const { node, key } = entry;
    if (node.kind === 'scalar') unfit(definition, `matrix.${key}`, node, 'expected a list', problems);
    else {
      // DVC takes the keys of a map.
      const values = node.kind === 'list' ? node.items : Array.from(node.entries.values(), keyOf);
      const original = written.kind === 'map' ? written.entries.get(key)?.node : written;
      axes.push({ name: key, entry, values, substituted: areSubstituted(original, node.kind === 'list' ? values : []) });
    }
  }
  if (axes.length < data.entries.size) return [];
  const template = without(definition.node, 'matrix');
  const combinations = product(axes.map((axis) => axis.values));
  const named = combinations.map((combination) => {
    const entries = new Map<string, MapEntry>();
    const fragments: string[] = [];
    for (const [index, axis] of axes.entries()) {
      const [position, value] = combination[index] as readonly [number, SourceNode];
      entries.set(axis.name, { ...axis.entry, node: value });
      fragments.push(value.kind === 'scalar' ? fragment(value, axis.substituted[position] === true) : `${axis.name}${position}`);
    }
    const item: MapNode = { ...data, entries };
    return { name: fragments.join('-'), item };
  });
  if (axes.length === 0) return [];
  return unique(definition, 'matrix', named, problems).map(({ name, item }) => {
    const keyNode: ScalarNode = { kind: 'scalar', value: name, from: item.from, start: item.start, end: item.end };
    return {
      suffix: name,
      template,
      locals: new Map<string, SourceNode>([
        ['item', item],
        ['key', keyNode],
      ]),
    };
  });
}

/** Equal items make one stage (as in DVC); different ones of the same name would lose a stage: an error. */
function unique<T extends { readonly name: string; readonly item: SourceNode }>(
  definition: Definition,
  field: string,
  named: readonly T[],
  problems: Problems,
): readonly T[] {
  const byName = new Map<string, T>();
  for (const one of named) {
    const first = byName.get(one.name);
    if (first === undefined) {
      byName.set(one.name, one);
      continue;
    }
    const place = { from: definition.node.from, start: definition.nameStart };
    const where = `'${field}' of '${definition.name}'`;
    if (printedText(first.item) === printedText(one.item))
      problems.warn(place, `${where} lists '${one.name}' more than once; it makes one stage`);
    else
      problems.add(
        'MLO_PIPELINE_INVALID',
        place,
        `${where} makes two different stages of the same name '${definition.name}@${one.name}'`,
        'Change the values so that their names differ.',
      );
  }
  return [...byName.values()];
}

/** Which items were put in by a `${}`. */
function areSubstituted(written: SourceNode | undefined, items: readonly SourceNode[]): readonly boolean[] {
  if (written?.kind === 'list') return items.map((item, index) => item !== written.items[index]);
  return items.map(() => written?.kind === 'scalar');
}

/** DVC names a boolean that a `${}` put in as Python prints it, and one written in place in lower case. */
function fragment(node: ScalarNode, substituted: boolean): string {
  if (substituted && typeof node.value === 'boolean') return node.value ? 'True' : 'False';
  return scalarText(node);
}

/** Items that print the same make the same stage. */
function printedText(node: SourceNode): string {
  if (node.kind === 'scalar') return JSON.stringify(scalarText(node));
  if (node.kind === 'list') return `[${node.items.map(printedText).join(',')}]`;
  return `{${Array.from(node.entries, ([key, entry]) => `${JSON.stringify(key)}:${printedText(entry.node)}`).join(',')}}`;
}

/** Every choice of one value (with its index) from each list, the last list varying fastest. */
function product(lists: readonly (readonly SourceNode[])[]): readonly (readonly (readonly [number, SourceNode])[])[] {
  let combinations: (readonly (readonly [number, SourceNode])[])[] = [[]];
  for (const list of lists) {
    const longer: (readonly (readonly [number, SourceNode])[])[] = [];
    for (const combination of combinations) for (const [index, value] of list.entries()) longer.push([...combination, [index, value]]);
    combinations = longer;
  }
  return combinations;
}

function keyOf(entry: MapEntry): ScalarNode {
  return { kind: 'scalar', value: entry.key, from: entry.node.from, start: entry.keyStart, end: entry.keyEnd };
}

function without(node: MapNode, key: string): MapNode {
  const entries = new Map(node.entries);
  entries.delete(key);
  return { ...node, entries };
}

function unfit(definition: Definition, field: string, data: SourceNode, expected: string, problems: Problems): void {
  const message = `failed to resolve 'stages.${definition.name}.${field}' in '${definition.file}': ${expected}, got ${describeNode(data)}`;
  problems.add('MLO_TEMPLATE', data, message);
}

function warnIfOverwriting(
  definition: Definition,
  context: TemplateContext | undefined,
  keys: readonly string[],
  problems: Problems,
): void {
  const taken = keys.filter((key) => context?.has(key) === true);
  if (taken.length === 0) return;
  const verb = taken.length === 1 ? 'is' : 'are';
  problems.warn(
    { from: definition.node.from, start: definition.nameStart },
    `${taken.join(' and ')} ${verb} already specified, will be overwritten for stages generated from '${definition.name}'`,
  );
}
