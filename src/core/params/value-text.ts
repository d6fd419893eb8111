import { toValue, type SourceNode } from '../source/node.ts';
import { parseYamlSource } from '../source/yaml.ts';
import type { Value } from '../value.ts';

/** A value given on the command line, and how it was written where that text can stand in a YAML file as it is. */
export interface GivenValue {
  readonly value: Value;
  readonly written?: string;
}

/**
 * Typed as in YAML: `0.1`, `true`, `null`, `[1, 2]`, `{a: 1}`, `"5"` (a string); nothing at all is null.
 * What YAML would read as a comment, an alias, a tag, a map without braces or an error is meant as text.
 */
export function parseValueText(given: string): GivenValue {
  const text = given.trim();
  if (text === '') return { value: null, written: 'null' };
  if (/[\n\r]/.test(text) || /^[&*!%@`|>#]/.test(text)) return { value: given };
  const { root, problems } = parseYamlSource('value', text);
  if (problems.length > 0 || root.end !== text.length || isBlockCollection(root, text)) return { value: text };
  return { value: toValue(root), written: text };
}

function isBlockCollection(root: SourceNode, text: string): boolean {
  return root.kind !== 'scalar' && text[root.start] !== '{' && text[root.start] !== '[';
}

/** JSON text of a value; NaN and the infinities as Python's json writes them. */
export function jsonText(value: Value): string {
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(jsonText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${jsonText(inner as Value)}`)
      .join(', ')}}`;
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  return JSON.stringify(value);
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** As it stands in a JSON file: a number keeps its notation. */
export function inJson(given: GivenValue): string {
  const keeps = typeof given.value !== 'string' && given.written !== undefined && JSON_NUMBER.test(given.written);
  return keeps ? (given.written as string) : jsonText(given.value);
}

/** As it stands in a YAML file; a string takes the quotes of the one that it replaces. */
export function inYaml(given: GivenValue, place: { readonly flow: boolean; readonly replaced?: string }): string {
  const { value, written } = given;
  if (typeof value !== 'string') return written ?? jsonText(value);
  const quote = place.replaced?.[0];
  if (quote === '"') return JSON.stringify(value);
  if (quote === "'" && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  if (written === undefined || (place.flow && /[,[\]{}:#]/.test(written))) return JSON.stringify(value);
  return written;
}
