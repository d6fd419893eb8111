export type PythonValue = string | number | boolean | null | readonly PythonValue[] | ReadonlyMap<string, PythonValue>;

const TOKEN = /\s*(?:([{}()[\],:])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)L?|(True|False|None)\b)/y;

/** What Python's `repr` writes of dicts with text keys, tuples, lists, texts, whole numbers, booleans and None; undefined for anything else. */
export function parsePythonLiteral(text: string): PythonValue | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Deeper nesting is nothing that a header has. */
const DEEPEST = 20;

function parse(text: string): PythonValue {
  let at = 0;

  function next(): RegExpExecArray {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError('no token');
    at = TOKEN.lastIndex;
    return found;
  }

  function peek(): string | undefined {
    TOKEN.lastIndex = at;
    return TOKEN.exec(text)?.[1];
  }

  function value(depth: number): PythonValue {
    if (depth > DEEPEST) throw new SyntaxError('too deep');
    const [, sign, single, double, number, word] = next();
    const quoted = single ?? double;
    if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
    if (number !== undefined) return Number(number);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    if (sign === '{') return dictionary(depth);
    if (sign === '(') return items(')', depth);
    if (sign === '[') return items(']', depth);
    throw new SyntaxError('no value');
  }

  function items(end: string, depth: number): readonly PythonValue[] {
    const all: PythonValue[] = [];
    while (peek() !== end) {
      all.push(value(depth + 1));
      if (peek() !== end) comma();
    }
    next();
    return all;
  }

  function dictionary(depth: number): ReadonlyMap<string, PythonValue> {
    const all = new Map<string, PythonValue>();
    while (peek() !== '}') {
      const key = value(depth + 1);
      if (typeof key !== 'string' || next()[1] !== ':') throw new SyntaxError('no key');
      all.set(key, value(depth + 1));
      if (peek() !== '}') comma();
    }
    next();
    return all;
  }

  function comma(): void {
    if (next()[1] !== ',') throw new SyntaxError('no comma');
  }

  const whole = value(0);
  if (text.slice(at).trim() !== '') throw new SyntaxError('more text');
  return whole;
}
