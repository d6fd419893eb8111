const HEADER = /^\s*\[(\[?)([^\]]*)\]\]?/;
const ENTRY = /^(\s*)((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'))*)\s*=/;
/** Keys that are longer have no place. Characters. */
const LONGEST_KEY = 10_000;
const KEY = /[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'/g;

/**
 * Offsets of the keys of a valid TOML file that begin a line, by their path (keys joined by newlines, tables of a list with their index). What parsers of
 * TOML do not tell; a guess where texts of several lines look like keys, so whoever edits there must read the result back.
 */
export function tomlKeys(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: readonly string[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    // A pattern needs a stack as long as what it repeats.
    const begin = line.slice(0, LONGEST_KEY);
    const header = HEADER.exec(begin);
    const entry = header === null ? ENTRY.exec(begin) : null;
    if (header !== null) {
      const keys = keysOf(header[2] ?? '');
      const count = counts.get(keys.join('\n')) ?? 0;
      if (header[1] === '[') counts.set(keys.join('\n'), count + 1);
      table = header[1] === '[' ? [...keys, String(count)] : keys;
      note(table, start + line.indexOf('['));
    } else if (entry !== null) note([...table, ...keysOf(entry[2] ?? '')], start + (entry[1]?.length ?? 0));
    start += line.length + 1;
  }
  return found;

  function note(keys: readonly string[], offset: number): void {
    const path = keys.join('\n');
    if (!found.has(path)) found.set(path, offset);
  }
}

function keysOf(text: string): readonly string[] {
  return Array.from(text.matchAll(KEY), ([key]) => (key.startsWith('"') ? unquoted(key) : key.startsWith("'") ? key.slice(1, -1) : key));
}

function unquoted(key: string): string {
  try {
    return JSON.parse(key) as string;
  } catch {
    // An escape that JSON does not have: then the key has no place.
    return key;
  }
}
