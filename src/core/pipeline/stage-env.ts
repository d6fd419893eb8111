import { describeNode, placeOfValue, type MapEntry, type SourceNode } from '../source/node.ts';
import type { Fields } from './fields.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface StageEnv {
  readonly env: { readonly [name: string]: string };
  readonly passEnv: readonly string[];
}

/** `{NAME: value}` is set; a list holds bare names that are passed through, and maps of values that are set. */
export function readEnv(fields: Fields): StageEnv {
  const node = fields.node('env');
  const env: Record<string, string> = {};
  const passed = new Set<string>();
  if (node?.kind === 'map') setAll(fields, env, node.entries.values());
  if (node?.kind === 'list') {
    for (const item of node.items) {
      if (item.kind === 'map') setAll(fields, env, item.entries.values());
      else passName(fields, passed, item);
    }
  }
  return { env, passEnv: [...passed].filter((name) => !Object.hasOwn(env, name)) };
}

function setAll(fields: Fields, env: Record<string, string>, entries: Iterable<MapEntry>): void {
  for (const entry of entries) {
    const { key, keyStart, node } = entry;
    const value = valueText(node);
    if (!NAME.test(key))
      fields.fail({ from: node.from, start: keyStart }, `${fields.where}.env: '${key}' is not a name of an environment variable`);
    else if (value === undefined)
      fields.fail(
        placeOfValue(entry),
        `${fields.where}.env.${key}: expected text, a number or a boolean, found ${describeNode(node)}`,
        `For an empty value write ${key}: "".`,
      );
    else if (value.includes('\0')) fields.fail(placeOfValue(entry), `${fields.where}.env.${key}: contains a NUL character`);
    else env[key] = value;
  }
}

function passName(fields: Fields, passed: Set<string>, item: SourceNode): void {
  const name = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : undefined;
  if (name !== undefined && NAME.test(name)) {
    passed.add(name);
    return;
  }
  const [left, ...right] = (name ?? '').split('=');
  const hint = right.length > 0 ? `To set a value write: - ${left}: ${right.join('=')}` : 'A list holds names that are passed through.';
  fields.fail(item, `${fields.where}.env: expected a name of an environment variable, found ${describeNode(item)}`, hint);
}

/** Numbers as written: `VERSION: 3.10` is not 3.1. */
function valueText(node: SourceNode): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'string') return node.value;
  return typeof node.value === 'boolean' ? String(node.value) : (node.written ?? String(node.value));
}
