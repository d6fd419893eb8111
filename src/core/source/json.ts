import type { Problem } from '../errors/mlo-error.ts';
import { DEEPEST, TOO_DEEP } from './deepest.ts';
import type { MapEntry, ScalarNode, SourceNode } from './node.ts';
import { exactInteger, isFloatText } from './number-scalar.ts';
import type { ParsedSource } from './parsed-source.ts';
import { SourceText } from './source-text.ts';

const SPACES = ' \t\r\n';
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
/** Where the plain characters of a string end. Not one pattern for all of it, which would need a stack as long as the string. */
const NOT_PLAIN = /["\\\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /-?[A-Za-z]+/y;

/** Words of JSON, and the three that Python writes and JSON lacks. */
const WORDS = new Map<string, null | boolean | number>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** RFC 8259, with `NaN` and `Infinity` as Python's json writes them; stops at the first error. */
export function parseJsonSource(file: string, text: string): ParsedSource {
  const source = new SourceText(file, text);
  const reader = new JsonReader(source);
  try {
    return { source, root: reader.document(), problems: [] };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const root: ScalarNode = { kind: 'scalar', value: null, from: source, start: 0, end: 0 };
    return { source, root, problems: [error.problem] };
  }
}

class JsonFault extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

class JsonReader {
  private readonly from: SourceText;
  private readonly text: string;
  private at = 0;

  constructor(source: SourceText) {
    this.from = source;
    this.text = source.text;
    if (this.text.startsWith('\u{FEFF}')) this.at = 1;
  }

  document(): SourceNode {
    const node = this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail('expected the end of the file');
    return node;
  }

  private value(depth: number): SourceNode {
    this.space();
    if (depth > DEEPEST) this.fail(TOO_DEEP);
    const start = this.at;
    const first = this.text[start];
    if (first === '{') return this.map(depth);
    if (first === '[') return this.list(depth);
    if (first === '"') {
      const value = this.string();
      return { kind: 'scalar', value, from: this.from, start, end: this.at };
    }
    return this.number() ?? this.word();
  }

  private map(depth: number): SourceNode {
    const start = this.at;
    const entries = new Map<string, MapEntry>();
    this.at += 1;
    this.space();
    while (this.text[this.at] !== '}') {
      if (entries.size > 0) this.expect(',', "expected ',' or '}'");
      this.space();
      const keyStart = this.at;
      if (this.text[this.at] !== '"') this.fail('expected a key in double quotes');
      const key = this.string();
      const keyEnd = this.at;
      const first = entries.get(key);
      if (first !== undefined)
        this.fail(`key '${key}' is there twice: it already exists on line ${this.from.position(first.keyStart).line}`, keyStart);
      this.space();
      this.expect(':', "expected ':'");
      entries.set(key, { key, keyStart, keyEnd, node: this.value(depth + 1) });
      this.space();
    }
    this.at += 1;
    return { kind: 'map', entries, from: this.from, start, end: this.at };
  }

  private list(depth: number): SourceNode {
    const start = this.at;
    const items: SourceNode[] = [];
    this.at += 1;
    this.space();
    while (this.text[this.at] !== ']') {
      if (items.length > 0) this.expect(',', "expected ',' or ']'");
      items.push(this.value(depth + 1));
      this.space();
    }
    this.at += 1;
    return { kind: 'list', items, from: this.from, start, end: this.at };
  }

  private string(): string {
    const start = this.at;
    NOT_PLAIN.lastIndex = start + 1;
    for (let found = NOT_PLAIN.exec(this.text); found !== null; found = NOT_PLAIN.exec(this.text)) {
      if (found[0] === '"') {
        this.at = NOT_PLAIN.lastIndex;
        return JSON.parse(this.text.slice(start, this.at)) as string;
      }
      ESCAPE.lastIndex = found.index;
      if (!ESCAPE.test(this.text)) break;
      NOT_PLAIN.lastIndex = ESCAPE.lastIndex;
    }
    return this.fail('this string does not end, or holds a character that must be escaped');
  }

  private number(): ScalarNode | undefined {
    const start = this.at;
    const written = this.take(NUMBER);
    if (written === undefined) return undefined;
    const place = { from: this.from, start, end: this.at, written };
    if (isFloatText(written)) return { kind: 'scalar', value: Number(written), float: true, ...place };
    return { kind: 'scalar', value: exactInteger(Number(written), written), ...place };
  }

  private word(): ScalarNode {
    const start = this.at;
    const written = this.take(WORD) ?? '';
    const value = WORDS.get(written);
    if (value === undefined) this.fail('expected a value', start);
    const place = { from: this.from, start, end: this.at, written };
    return typeof value === 'number' ? { kind: 'scalar', value, float: true, ...place } : { kind: 'scalar', value, ...place };
  }

  private expect(character: string, message: string): void {
    if (this.text[this.at] !== character) this.fail(message);
    this.at += 1;
  }

  private space(): void {
    while (this.at < this.text.length && SPACES.includes(this.text[this.at] as string)) this.at += 1;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match[0];
  }

  private fail(message: string, offset = this.at): never {
    throw new JsonFault(this.from.problem(Math.min(offset, this.text.length), message));
  }
}
