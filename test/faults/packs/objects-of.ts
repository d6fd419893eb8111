export interface DriverObjects {
  /** One pack, of more than one write call. */
  readonly packed: readonly Buffer[];
  /** One a journal segment. */
  readonly journalled: readonly Buffer[];
  /** One a pack. */
  readonly small: readonly Buffer[];
}

const made = new Map<string, DriverObjects>();

/** What the writer of that name stores. */
export function objectsOf(name: string): DriverObjects {
  const objects = made.get(name) ?? makeObjects(name);
  made.set(name, objects);
  return objects;
}

function makeObjects(name: string): DriverObjects {
  const make = (kind: string, count: number, length: number): Buffer[] =>
    Array.from({ length: count }, (_, number) => Buffer.alloc(length, `${name} ${kind} ${number} `));
  const random = Array.from({ length: 170 }, (_, number) => noise(number + name.length * 1000));
  return { packed: [...make('packed', 30, 6000), ...random], journalled: make('journalled', 12, 40), small: make('small', 12, 30) };
}

/** 30 kB that do not compress, the same each time. */
function noise(seed: number): Buffer {
  const bytes = Buffer.alloc(30_000);
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
