import type { Problem } from '../errors/mlo-error.ts';
import {
  CONFIG,
  CONFIG_KEYS,
  configText,
  environmentName,
  parseConfigText,
  type ConfigKey,
  type ConfigValue,
  type ConfigValues,
} from './keys.ts';

/** Strongest first. */
const CONFIG_ORIGINS = ['flag', 'env', 'local', 'project', 'user', 'default'] as const;
export type ConfigOrigin = (typeof CONFIG_ORIGINS)[number];

export type PartialConfig = { readonly [K in ConfigKey]?: ConfigValues[K] };

export interface ConfigLayer {
  readonly origin: ConfigOrigin;
  /** The file, or for `env` nothing: the variable's name follows from the key. */
  readonly file?: string;
  readonly values: PartialConfig;
}

export interface ConfigEntry {
  readonly key: ConfigKey;
  readonly value: ConfigValue;
  readonly origin: ConfigOrigin;
  /** The file or variable it comes from; absent for flags and defaults. */
  readonly where?: string;
  readonly means: string;
}

/** The strongest layer that has the key decides about it, alone. */
export function resolveConfig(layers: readonly ConfigLayer[]): readonly ConfigEntry[] {
  const ordered = layers.toSorted((a, b) => CONFIG_ORIGINS.indexOf(a.origin) - CONFIG_ORIGINS.indexOf(b.origin));
  return CONFIG_KEYS.map((key) => {
    const { fallback, means } = CONFIG[key];
    const layer = ordered.find(({ values }) => values[key] !== undefined);
    if (layer === undefined) return { key, value: fallback, origin: 'default', means };
    const where = layer.origin === 'env' ? environmentName(key) : layer.file;
    return { key, value: layer.values[key] as ConfigValue, origin: layer.origin, means, ...(where === undefined ? {} : { where }) };
  });
}

export function configValues(entries: readonly ConfigEntry[]): ConfigValues {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value])) as unknown as ConfigValues;
}

/** The `MLO_…` variables that are configuration keys; an empty one counts as not set. */
export function environmentLayer(env: { readonly [name: string]: string | undefined }): {
  readonly layer: ConfigLayer;
  readonly problems: readonly Problem[];
} {
  const values: { [key: string]: ConfigValue } = {};
  const problems: Problem[] = [];
  for (const key of CONFIG_KEYS) {
    const name = environmentName(key);
    const text = env[name];
    if (text === undefined || text === '') continue;
    const value = parseConfigText(key, text);
    if (value === undefined)
      problems.push({
        message: `${name}: expected ${CONFIG[key].expects}, found '${text}'`,
        hint: `For example: ${name}=${configText(CONFIG[key].fallback)}`,
      });
    else values[key] = value;
  }
  return { layer: { origin: 'env', values: values as PartialConfig }, problems };
}
