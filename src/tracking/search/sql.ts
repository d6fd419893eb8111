/** A piece of SQL and the values for its `?`, in order. Only `sql` makes them, so text from outside is never part of one. */
export interface Sql {
  readonly text: string;
  readonly values: readonly Bound[];
}

export type Bound = string | number | null;

/** Pieces become part of the text, everything else a bound value. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | Bound)[]): Sql {
  let text = strings[0] ?? '';
  const values: Bound[] = [];
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'object' && part !== null) {
      text += part.text;
      for (const value of part.values) values.push(value);
    } else {
      text += '?';
      values.push(part);
    }
    text += strings[index + 1] ?? '';
  }
  return { text, values };
}

export const NEVER = sql`0`;
export const ALWAYS = sql`1`;

/** A balanced tree, since SQLite limits how deep expressions are. Of nothing: always true. */
export function allOf(parts: readonly Sql[]): Sql {
  return balanced(parts, ALWAYS, (left, right) => sql`(${left} AND ${right})`);
}

/** Of nothing: never true. */
export function anyOf(parts: readonly Sql[]): Sql {
  return balanced(parts, NEVER, (left, right) => sql`(${left} OR ${right})`);
}

/** `a, b, c`. */
export function listOf(parts: readonly (Sql | Bound)[]): Sql {
  const pieces = parts.map((part) => sql`${part}`);
  return { text: pieces.map((piece) => piece.text).join(', '), values: pieces.flatMap((piece) => piece.values) };
}

function balanced(parts: readonly Sql[], none: Sql, join: (left: Sql, right: Sql) => Sql): Sql {
  const [first] = parts;
  if (first === undefined) return none;
  if (parts.length === 1) return first;
  const middle = parts.length >> 1;
  return join(balanced(parts.slice(0, middle), none, join), balanced(parts.slice(middle), none, join));
}
