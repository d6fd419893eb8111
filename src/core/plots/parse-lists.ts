import type { ParsedSource } from '../source/parsed-source.ts';
import { DEEPEST } from '../source/deepest.ts';
import { locate, setOwn, toValue } from '../source/node.ts';
import { parseJsonSource } from '../source/json.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';
import { plotError, type PlotTable } from './table.ts';

type Path = readonly (string | number)[];

/**
 * JSON or YAML: a list of maps, wherever it stands in the file (DVC's rule: the first one, level by level, that has
 * the columns), or a map of lists of the same length. Maps inside a row become columns with dots. Throws MLO_PLOT.
 */
export function parseLists(file: string, text: string, wanted: readonly string[]): PlotTable {
  if (text.trim() === '') throw plotError(`'${file}' is empty: expected a list of points`, { file, hint: 'mlo repro writes it anew' });
  const parsed = memo(() => parseSource(file, text));
  const root = quickJson(file, text) ?? toValue(parsed().root);
  const candidates = [...tablesIn(root)];
  const found = candidates.find(({ rows }) => wanted.every((name) => rows.some((row) => Object.hasOwn(row, name)))) ?? candidates[0];
  if (found === undefined) {
    throw plotError(`'${file}' holds no list of points: expected [{step: 1, loss: 0.5}, …], at any depth`, {
      file,
      hint: 'Files of single values are metrics: mlo metrics show',
    });
  }
  const { path, rows, byColumn } = found;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    file,
    names,
    rows: rows.length,
    cells: (name) => (names.includes(name) ? rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined)) : undefined),
    problemAt(row, name, message) {
      const steps: Path = byColumn ? [...path, name, row] : [...path, row, ...name.split('.')];
      const { node, offset } = locate(parsed().root, steps);
      const { line, column } = node.from.position(offset);
      return { file, line, column, message };
    },
  };
}

/** JSON by its own parser where it can be: ten times as fast. Python's NaN and Infinity need ours. */
function quickJson(file: string, text: string): Value | undefined {
  if (!/\.json$/i.test(file)) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function parseSource(file: string, text: string): ParsedSource {
  const parsed = /\.json$/i.test(file) ? parseJsonSource(file, text) : parseYamlSource(file, text);
  const [problem] = parsed.problems;
  if (problem === undefined) return parsed;
  throw plotError(`${problem.file ?? file}:${problem.line ?? 1}: ${problem.message}`, { file, problem });
}

interface Found {
  readonly path: Path;
  readonly rows: readonly ValueMap[];
  /** Each column is a list of its own. */
  readonly byColumn: boolean;
}

/** Everything in the file that is a table, level by level. */
function* tablesIn(root: Value): Generator<Found> {
  let level: { path: Path; value: Value }[] = [{ path: [], value: root }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return;
    const next: { path: Path; value: Value }[] = [];
    for (const { path, value } of level) {
      if (Array.isArray(value)) {
        const items = value as readonly Value[];
        if (items.length > 0 && items.every(isMap)) yield { path, rows: items.map(flattened), byColumn: false };
      } else if (isMap(value)) {
        const rows = columnsAsRows(value);
        if (rows !== undefined) yield { path, rows, byColumn: true };
        for (const [key, inner] of Object.entries(value)) next.push({ path: [...path, key], value: inner });
      }
    }
    level = next;
  }
}

/** `{step: [1, 2], loss: [0.5, 0.4]}`. */
function columnsAsRows(map: ValueMap): readonly ValueMap[] | undefined {
  const columns = Object.entries(map).filter((entry): entry is [string, readonly Value[]] => Array.isArray(entry[1]));
  const length = columns[0]?.[1].length ?? 0;
  const isTable =
    length > 0 && columns.every(([, cells]) => cells.length === length && cells.every((cell) => typeof cell !== 'object' || cell === null));
  if (!isTable) return undefined;
  return Array.from({ length }, (_, row) => Object.fromEntries(columns.map(([name, cells]) => [name, cells[row] as Value])));
}

function flattened(row: ValueMap): ValueMap {
  if (!Object.values(row).some(isMap)) return row;
  const flat: Record<string, Value> = {};
  const add = (map: ValueMap, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(map)) {
      if (!isMap(value)) setOwn(flat, `${prefix}${key}`, value);
      else if (depth < DEEPEST) add(value, `${prefix}${key}.`, depth + 1);
    }
  };
  add(row, '', 1);
  return flat;
}

function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
