import type { Problem } from '../errors/mlo-error.ts';
import { describeNode, toValue, type SourceNode } from '../source/node.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { CONFIG, CONFIG_KEYS, isConfigKey, readConfigValue, unknownKeyHint, type ConfigValue } from './keys.ts';
import type { PartialConfig } from './layers.ts';
import { REMOTE_KEYS } from './remotes.ts';

export interface ParsedConfig {
  readonly values: PartialConfig;
  readonly problems: readonly Problem[];
}

/** A configuration file: nested keys, or keys with dots. Every problem carries its position. */
export function parseConfigFile(file: string, text: string): ParsedConfig {
  const { root, problems } = parseYamlSource(file, text);
  if (problems.length > 0) return { values: {}, problems };
  const reader = new ConfigReader();
  reader.read(root);
  return reader;
}

class ConfigReader implements ParsedConfig {
  readonly values: { [key: string]: ConfigValue } = {};
  readonly problems: Problem[] = [];

  read(root: SourceNode): void {
    if (root.kind === 'map') this.readMap(root, '');
    else if (root.kind === 'list' || root.value !== null) {
      this.problems.push(root.from.problem(root.start, `expected a map of configuration keys, found ${describeNode(root)}`));
    }
  }

  private readMap(map: SourceNode & { kind: 'map' }, prefix: string): void {
    for (const { key, keyStart, node } of map.entries.values()) {
      const full = prefix + key;
      if (REMOTE_KEYS.includes(full)) continue;
      if (isConfigKey(full)) this.readValue(full, node);
      else if (node.kind === 'map' && CONFIG_KEYS.some((known) => known.startsWith(`${full}.`))) this.readMap(node, `${full}.`);
      else if (!isEmptySection(full, node))
        this.problems.push(node.from.problem(keyStart, `unknown configuration key '${full}'`, unknownKeyHint(full)));
    }
  }

  private readValue(key: keyof typeof CONFIG, node: SourceNode): void {
    const value = readConfigValue(key, toValue(node));
    if (value !== undefined) this.values[key] = value;
    else this.problems.push(node.from.problem(node.start, `${key}: expected ${CONFIG[key].expects}, found ${describeNode(node)}`));
  }
}

/** `cache:` with everything below it commented out. */
function isEmptySection(name: string, node: SourceNode): boolean {
  return node.kind === 'scalar' && node.value === null && CONFIG_KEYS.some((known) => known.startsWith(`${name}.`));
}
