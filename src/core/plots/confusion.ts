/** Pairs of words counted: a row for each actual class, a column for each predicted one, both in the same order. */
export function countPairs(
  actual: readonly string[],
  predicted: readonly string[],
): { readonly rows: readonly string[]; readonly columns: readonly string[]; readonly counts: readonly (readonly number[])[] } {
  const names = [...new Set([...actual, ...predicted])].sort(byNumberOrWord);
  const index = new Map(names.map((name, at) => [name, at]));
  const counts = names.map(() => names.map(() => 0));
  for (const [at, name] of actual.entries()) {
    const row = counts[index.get(name) as number] as number[];
    const column = index.get(predicted[at] as string) as number;
    row[column] = (row[column] as number) + 1;
  }
  return { rows: names, columns: names, counts };
}

/** Classes are often digits: 2 before 10. */
function byNumberOrWord(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}
