import { MloError, type Problem } from '../errors/mlo-error.ts';
import { parseJsonSource } from '../source/json.ts';
import { describeNode, toValue, type MapNode } from '../source/node.ts';
import type { ParsedSource } from '../source/parsed-source.ts';
import { parseTomlSource } from '../source/toml.ts';
import { parseYamlSource } from '../source/yaml.ts';
import type { ValueMap } from '../value.ts';

/**
 * Values of a params file: JSON or TOML by its extension, else YAML 1.2 (dates stay strings, integers beyond
 * 2^53 are bigint). An empty file is an empty map. Throws MLO_PARAMS with every problem.
 */
export function parseParamsText(path: string, text: string): ValueMap {
  const { root, problems } = parseParamsSource(path, text);
  if (problems.length > 0) throw paramsError(path, problems);
  return toValue(root as MapNode) as ValueMap;
}

/** The same with positions, for templates and edits. Without problems, the root is a map. */
export function parseParamsSource(path: string, text: string): ParsedSource & { readonly root: MapNode } {
  const refused = refusedFormat(path);
  const parsed = parseByExtension(path, refused === undefined ? text : '');
  const { source, root } = parsed;
  const empty: MapNode = { kind: 'map', entries: new Map(), from: source, start: 0, end: 0 };
  if (refused !== undefined) return { source, root: empty, problems: [{ message: refused, file: path }] };
  if (parsed.problems.length > 0) return { ...parsed, root: empty };
  if (root.kind === 'map') return { ...parsed, root };
  if (root.kind === 'scalar' && root.value === null) return { ...parsed, root: empty };
  return {
    source,
    root: empty,
    problems: [source.problem(root.start, `'${path}' must hold a map of names to values, found ${describeNode(root)}`)],
  };
}

function parseByExtension(path: string, text: string): ParsedSource {
  if (isToml(path)) return parseTomlSource(path, text);
  return /\.json$/i.test(path) && text.trim() !== '' ? parseJsonSource(path, text) : parseYamlSource(path, text);
}

export function isToml(path: string): boolean {
  return /\.toml$/i.test(path);
}

/** Why a file of this name cannot be read as params, or undefined. */
export function refusedFormat(path: string): string | undefined {
  if (/\.py$/i.test(path))
    return `'${path}': params in Python are not read, because that would mean running it; keep them in params.yaml, JSON or TOML`;
  return undefined;
}

function paramsError(path: string, problems: readonly Problem[]): MloError {
  const [first] = problems;
  const message = problems.length === 1 && first !== undefined ? first.message : `'${path}' has ${problems.length} problems`;
  return new MloError('MLO_PARAMS', message, { problems, details: { path } });
}
