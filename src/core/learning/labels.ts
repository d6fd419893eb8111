import { argumentError, checkList, describeValue, wrongArgument } from '../errors/wrong-argument.ts';
/** A class as data has it: a number, a word, or true and false. */
export type Label = number | string | boolean;

/** One label a sample: a list, or a typed array as tensors give it. */
export type Labels = ArrayLike<Label>;

const A_LABEL = 'a number, a text, true or false';

/** Lists by their names. Returns how many samples there are. @throws MLO_DATA where one is no list, their lengths differ or there are none */
export function sameLength(columns: { readonly [name: string]: { readonly length: number } }): number {
  const names = Object.keys(columns).join(' and ');
  for (const [name, column] of Object.entries(columns)) checkList(name, column, 'one entry a sample');
  const lengths = Object.values(columns).map(({ length }) => length);
  const [first = 0] = lengths;
  if (lengths.some((length) => length !== first))
    throw argumentError(`${names} must have one entry a sample each, found ${lengths.join(' and ')}`);
  if (first === 0) throw argumentError(`${names}: there are no samples`);
  return first;
}

/** As `sameLength`, and every entry is a label. @throws MLO_DATA naming the first that is none, such as NaN */
export function sameSamples(columns: { readonly [name: string]: Labels }): number {
  const samples = sameLength(columns);
  for (const [name, labels] of Object.entries(columns)) checkLabels(name, labels);
  return samples;
}

/** @throws MLO_DATA naming the first entry that is no label */
export function checkLabels(name: string, labels: Labels): void {
  checkList(name, labels, 'labels');
  for (let at = 0; at < labels.length; at += 1)
    if (!isLabel(labels[at])) throw argumentError(`${name}: sample ${at} has the label ${describeValue(labels[at])}: expected ${A_LABEL}`);
}

/** @throws MLO_DATA */
export function checkLabel(name: string, label: unknown): void {
  if (!isLabel(label)) throw wrongArgument(name, A_LABEL, label);
}

function isLabel(value: unknown): value is Label {
  return typeof value === 'number' ? !Number.isNaN(value) : typeof value === 'string' || typeof value === 'boolean';
}

/** The classes that were named, else those that occur. @throws MLO_DATA */
export function classesFor(named: readonly Label[] | undefined, ...columns: readonly Labels[]): readonly Label[] {
  if (named === undefined) return classesOf(...columns);
  if (!Array.isArray(named)) throw wrongArgument('classes', 'a list of labels', named);
  for (const label of named) checkLabel('classes: each of them', label);
  return named;
}

/** The classes that occur, each once: numbers by size, words by their characters, false before true. */
export function classesOf(...columns: readonly Labels[]): readonly Label[] {
  const seen = new Set<Label>();
  for (const labels of columns) for (let at = 0; at < labels.length; at += 1) seen.add(labels[at] as Label);
  return [...seen].sort(compareLabels);
}

/** The place of each sample's class in `classes`; -1 where it is none of them. */
export function encodeLabels(labels: Labels, classes: readonly Label[]): Int32Array {
  const places = new Map(classes.map((label, place) => [label, place]));
  if (places.size !== classes.length) throw argumentError(`classes must differ from each other, found ${listed(classes)}`);
  return Int32Array.from({ length: labels.length }, (_, at) => places.get(labels[at] as Label) ?? -1);
}

/** @throws MLO_DATA naming the first label that is none of `classes` */
export function encodeKnownLabels(labels: Labels, classes: readonly Label[]): Int32Array {
  const encoded = encodeLabels(labels, classes);
  const unknown = encoded.indexOf(-1);
  if (unknown === -1) return encoded;
  throw argumentError(`sample ${unknown} has the class ${JSON.stringify(labels[unknown])}, which is none of ${listed(classes)}`);
}

/** Samples of each place. */
export function countPlaces(encoded: Int32Array, count: number): number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const place of encoded) if (place >= 0) counts[place]! += 1;
  return counts;
}

export function listed(classes: readonly Label[]): string {
  const shown = classes.slice(0, 12).map((label) => JSON.stringify(label));
  return classes.length > shown.length ? `${shown.join(', ')}, … (${classes.length})` : shown.join(', ');
}

const KINDS = ['boolean', 'number', 'string'];

function compareLabels(a: Label, b: Label): number {
  if (typeof a !== typeof b) return KINDS.indexOf(typeof a) - KINDS.indexOf(typeof b);
  return a < b ? -1 : a > b ? 1 : 0;
}
