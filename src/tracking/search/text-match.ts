import type { Connection } from '../connection.ts';
import { listOf, NEVER, sql, type Sql } from './sql.ts';

/** `%` stands for any characters, `_` for one; there is no escape, as in MLflow. LIKE minds case, ILIKE does not. */
export function likes(text: Sql, pattern: string, ignoreCase: boolean): Sql {
  if (!ignoreCase) return sql`${text} GLOB ${globOf(pattern)}`;
  // SQLite's own LIKE folds ASCII only.
  return isAscii(pattern) ? sql`${text} LIKE ${pattern}` : sql`mlo_ilike(${pattern}, ${text})`;
}

/** Texts that begin so, as a range that an index serves. */
export function beginsWith(text: Sql, prefix: string): Sql {
  const end = afterPrefix(prefix);
  return end === undefined ? sql`${text} >= ${prefix}` : sql`(${text} >= ${prefix} AND ${text} < ${end})`;
}

export function beginsOtherwise(text: Sql, prefix: string): Sql {
  const end = afterPrefix(prefix);
  return end === undefined ? sql`${text} < ${prefix}` : sql`(${text} < ${prefix} OR ${text} >= ${end})`;
}

/** What a text that is LIKE the pattern begins with; may be ''. */
export function literalPrefix(pattern: string): string {
  return /^[^%_]*/.exec(pattern)?.[0] ?? '';
}

/** Defines `mlo_ilike(pattern, text)` on a connection, once. */
export function defineTextFunctions(db: Connection): void {
  if (defined.has(db)) return;
  defined.add(db);
  let lastPattern: string | undefined;
  let matches = likeMatcher('');
  db.function('mlo_ilike', { deterministic: true }, (pattern: unknown, text: unknown) => {
    if (typeof text !== 'string' || typeof pattern !== 'string') return null;
    if (pattern !== lastPattern) {
      matches = likeMatcher(pattern);
      lastPattern = pattern;
    }
    return matches(text) ? 1 : 0;
  });
}

const defined = new WeakSet<Connection>();

/** Says whether a text fits. What lies between two `%` is looked for from left to right, so that no pattern takes more than a few passes. */
function likeMatcher(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('%').map(expressionOf);
  const last = rest.pop();
  if (last === undefined) return (text) => new RegExp(`^${first}$`, 'i').test(text);
  const begin = new RegExp(`^${first}`, 'iy');
  const middle = rest.map((part) => new RegExp(part, 'ig'));
  const end = new RegExp(`${last}$`, 'ig');
  return (text) => {
    let at = 0;
    return [begin, ...middle, end].every((part) => {
      part.lastIndex = at;
      const found = part.test(text);
      at = part.lastIndex;
      return found;
    });
  };
}

/** Without the flag u letters beyond ASCII do not fold to ASCII ones, as SQLite has it; so a character may be two units. */
function expressionOf(part: string): string {
  const anyOne = String.raw`(?:[\ud800-\udbff][\udc00-\udfff]|[^\ud800-\udfff])`;
  return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll('_', anyOne);
}

function globOf(pattern: string): string {
  return pattern.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(text);
}

const LAST_CODE_POINT = 0x10_ff_ff;

/** The least text after all that begin with `prefix`, in the order of code points, which is SQLite's for UTF-8. */
function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) as number);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // There are no characters between U+D800 and U+DFFF.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** Up to so many values are bound one by one: cheaper to begin with than a list in JSON. */
const FEW_VALUES = 8;

export function equalsAny(text: Sql, values: readonly string[]): Sql {
  const [first] = values;
  if (first === undefined) return NEVER;
  if (values.length === 1) return sql`${text} = ${first}`;
  if (values.length <= FEW_VALUES) return sql`${text} IN (${listOf(values)})`;
  return sql`${text} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

/** Characters of a text that the indexes on values of params and tags hold. */
const INDEXED = 40;

export function indexedPart(text: string): string {
  const characters = Array.from(text);
  return characters.length < INDEXED ? text : characters.slice(0, INDEXED).join('');
}

/** The same by an index on the first characters; shorter values need no look at the whole text. */
export function equalsAnyByIndex(text: Sql, values: readonly string[]): Sql {
  const beginnings = values.map(indexedPart);
  const found = equalsAny(sql`substr(${text}, 1, 40)`, beginnings);
  return beginnings.every((beginning) => beginning.length < INDEXED) ? found : sql`(${found} AND ${equalsAny(text, values)})`;
}
