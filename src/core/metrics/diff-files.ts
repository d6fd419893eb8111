import { compareText } from '../encoding/canonical-json.ts';
import { equalValues, flattenValues } from '../params/keys.ts';
import { isMap, type Value } from '../value.ts';

/** Values of files by project path, nested or flattened with dots. */
export type FileValues = { readonly [file: string]: Value };

/** One leaf of one file; `old` or `new` is absent where it is new or gone, `key` is '' where the file is one value. */
export interface FileValueDiff {
  readonly file: string;
  readonly key: string;
  readonly old?: Value;
  readonly new?: Value;
  /** `new - old` where both are numbers and the difference is finite. */
  readonly change?: number;
}

export interface DiffOptions {
  /** Numbers get their difference. */
  readonly change: boolean;
  /** Equal leaves too. */
  readonly all: boolean;
}

/** Leaves that differ, by file and key. A file that one side does not have counts as empty there. */
export function diffFiles(old: FileValues, current: FileValues, options: DiffOptions): readonly FileValueDiff[] {
  const files = [...new Set([...Object.keys(old), ...Object.keys(current)])].sort(compareText);
  return files.flatMap((file) => diffFile(file, leavesOf(old, file), leavesOf(current, file), options));
}

function diffFile(
  file: string,
  old: ReadonlyMap<string, Value>,
  current: ReadonlyMap<string, Value>,
  options: DiffOptions,
): FileValueDiff[] {
  const keys = [...new Set([...old.keys(), ...current.keys()])].sort(compareText);
  return keys.flatMap((key) => {
    const before = old.get(key);
    const now = current.get(key);
    if (before === undefined) return [{ file, key, ...(now === undefined ? {} : { new: now }) }];
    if (now === undefined) return [{ file, key, old: before }];
    if (!options.all && equalValues(before, now)) return [];
    const change = options.change ? difference(before, now) : undefined;
    return [{ file, key, old: before, new: now, ...(change === undefined ? {} : { change }) }];
  });
}

function leavesOf(files: FileValues, file: string): ReadonlyMap<string, Value> {
  const value = Object.hasOwn(files, file) ? files[file] : undefined;
  if (value === undefined) return new Map();
  return isMap(value) ? flattenValues(value) : new Map([['', value]]);
}

function difference(old: Value, current: Value): number | undefined {
  if (typeof old === 'bigint' && typeof current === 'bigint') return Number(current - old);
  if (!isNumber(old) || !isNumber(current)) return undefined;
  const change = Number(current) - Number(old);
  return Number.isFinite(change) ? change : undefined;
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
