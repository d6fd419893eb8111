/** A class as data has it: a number, a word, or true and false. */
export type Label = number | string | boolean;

/** One label a sample: a list, or a typed array as tensors give it. */
export type Labels = ArrayLike<Label>;

/** The classes that occur, each once: numbers by size, words by their characters, false before true. */
export function classesOf(...columns: readonly Labels[]): readonly Label[] {
  const seen = new Set<Label>();
  for (const labels of columns) for (let at = 0; at < labels.length; at += 1) seen.add(labels[at] as Label);
  return [...seen].sort(compareLabels);
}

/** The place of each sample's class in `classes`; -1 where it is none of them. */
export function encodeLabels(labels: Labels, classes: readonly Label[]): Int32Array {
  const places = new Map(classes.map((label, place) => [label, place]));
  if (places.size !== classes.length) throw new RangeError(`classes must differ from each other, found ${listed(classes)}`);
  return Int32Array.from({ length: labels.length }, (_, at) => places.get(labels[at] as Label) ?? -1);
}

/** @throws RangeError naming the first label that is none of `classes` */
export function encodeKnownLabels(labels: Labels, classes: readonly Label[]): Int32Array {
  const encoded = encodeLabels(labels, classes);
  const unknown = encoded.indexOf(-1);
  if (unknown === -1) return encoded;
  throw new RangeError(`sample ${unknown} has the class ${JSON.stringify(labels[unknown])}, which is none of ${listed(classes)}`);
}

/** Samples of each place. */
export function countPlaces(encoded: Int32Array, count: number): number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const place of encoded) if (place >= 0) counts[place]! += 1;
  return counts;
}

/** @throws RangeError where the lists are not about the same samples, or about none */
export function sameLength(what: string, ...columns: readonly { readonly length: number }[]): number {
  const lengths = columns.map(({ length }) => length);
  const [first = 0] = lengths;
  if (lengths.some((length) => length !== first))
    throw new RangeError(`${what} must have one entry a sample each, found ${lengths.join(' and ')}`);
  if (first === 0) throw new RangeError(`${what}: there are no samples`);
  return first;
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
