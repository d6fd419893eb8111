import { MloError } from '../errors/mlo-error.ts';
import { durationMs } from '../pipeline/duration.ts';
import type { BackendName, Isolation } from '../stage.ts';
import { nearest } from '../text/nearest.ts';

export type ConfigLink = 'reflink' | 'copy' | 'hardlink' | 'symlink';

/** Every configuration key and the type of its value. */
export interface ConfigValues {
  /** A folder: absolute, `~/…`, or relative to the project root whichever file says it. */
  readonly 'cache.dir': string;
  /** Ways to place a file in the workspace; the first that works is taken. */
  readonly 'cache.link': readonly ConfigLink[];
  readonly 'runtime.isolate': Isolation;
  /** Of stages that pin none. */
  readonly 'runtime.backend': BackendName | 'auto';
  /** Stages side by side. */
  readonly 'core.jobs': number;
  /** How long `mlo gc` lets everything live; a duration, like the next two. */
  readonly 'gc.grace': string;
  /** How long run-cache entries live that no kept lock stands for. */
  readonly 'gc.run_cache': string;
  /** How long logs of runs live. */
  readonly 'gc.logs': string;
  /** Patterns of metrics of which more is better, or less, where their names do not say so. */
  readonly 'metrics.higher': readonly string[];
  readonly 'metrics.lower': readonly string[];
  /** Name of the experiment that runs of this project belong to. */
  readonly 'tracking.experiment': string;
  /** The tracking database: absolute, `~/…`, or relative to the project root whichever file says it. */
  readonly 'tracking.path': string;
  /** Projects that share a remote and have one space share their runs. */
  readonly 'tracking.space': string;
  /** How often the machine is sampled while a run is at work: a duration, or `off`. */
  readonly 'tracking.system_metrics': string;
}

export type ConfigKey = keyof ConfigValues;
export type ConfigValue = ConfigValues[ConfigKey];

interface KeyRule<T> {
  readonly fallback: T;
  /** A value to show, where the fallback is none. */
  readonly example?: T;
  /** Completes "expected …". */
  readonly expects: string;
  readonly means: string;
  /** Reads a YAML value, or what `parseText` made of a text; undefined where it is not allowed. */
  readonly read: (value: unknown) => T | undefined;
}

const LINKS: readonly ConfigLink[] = ['reflink', 'copy', 'hardlink', 'symlink'];
const MOST_JOBS = 1024;
const A_DURATION = 'a duration (0, 90s, 12h, 30d)';

export const CONFIG: { readonly [K in ConfigKey]: KeyRule<ConfigValues[K]> } = {
  'cache.dir': {
    fallback: '.mlo/cache',
    expects: 'a path',
    means: 'Folder of the cache (absolute, ~/…, or relative to the project)',
    read: readPath,
  },
  'cache.link': {
    fallback: ['reflink', 'copy'],
    expects: `one or more of ${LINKS.join(', ')}`,
    means: 'How cached files come into the workspace; the first that works is taken',
    read: readLinks,
  },
  'runtime.isolate': {
    fallback: 'auto',
    expects: 'auto, worker or process',
    means: 'Where module stages run: in a worker thread, in a child process, or auto: in a thread where that is safe',
    read: (value) => (value === 'auto' || value === 'worker' || value === 'process' ? value : undefined),
  },
  'runtime.backend': {
    fallback: 'auto',
    expects: 'auto, native, wasm or cpu',
    means: 'TensorFlow backend of stages that pin none; auto: native where it is installed, else wasm',
    read: (value) => (value === 'auto' || value === 'native' || value === 'wasm' || value === 'cpu' ? value : undefined),
  },
  'core.jobs': {
    fallback: 1,
    expects: `a whole number from 1 to ${MOST_JOBS}`,
    means: 'Stages that run side by side without -j',
    read: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_JOBS ? value : undefined),
  },
  'gc.grace': { fallback: '1h', expects: A_DURATION, means: 'mlo gc keeps whatever is younger than this', read: readDuration },
  'gc.run_cache': {
    fallback: '30d',
    expects: A_DURATION,
    means: 'mlo gc keeps results in the run-cache for so long, and longer where a lock that it keeps has the same outs',
    read: readDuration,
  },
  'gc.logs': { fallback: '90d', expects: A_DURATION, means: 'mlo gc keeps the logs of runs for so long', read: readDuration },
  'metrics.higher': {
    fallback: [],
    example: ['gain', 'recall'],
    expects: 'names of metrics or patterns (gain, *_rate)',
    means: 'Metrics of which more is better, where their names do not say so',
    read: readPatterns,
  },
  'metrics.lower': {
    fallback: [],
    example: ['cost', 'latency'],
    expects: 'names of metrics or patterns (cost, *_ms)',
    means: 'Metrics of which less is better, where their names do not say so',
    read: readPatterns,
  },
  'tracking.experiment': {
    fallback: 'Default',
    expects: 'a name of at most 500 characters',
    means: 'Experiment that runs belong to where nothing else is said; made where it is not there',
    read: readExperiment,
  },
  'tracking.path': {
    fallback: '.mlo/tracking.db',
    expects: 'a path',
    means: 'File of the tracking database (absolute, ~/…, or relative to the project); must be on a local disk',
    read: readPath,
  },
  'tracking.space': {
    fallback: 'default',
    expects: 'lower-case letters, digits, dots and hyphens (iris-team)',
    means: 'Name under which runs travel: projects that share a remote and have the same one share their runs',
    read: (value) =>
      typeof value === 'string' && /^[0-9a-z][0-9a-z-]*(\.[0-9a-z-]+)*$/.test(value) && value.length <= 100 ? value : undefined,
  },
  'tracking.system_metrics': {
    fallback: '10s',
    expects: 'on, off or a duration (5s)',
    means: 'How often processors, memory, disk, network and GPUs are logged as metrics of a run: on (every 10 s), off, or a duration',
    read: readInterval,
  },
};

export const CONFIG_KEYS = Object.keys(CONFIG) as readonly ConfigKey[];

/** Variables that are typed often. */
const SHORT_NAMES: { readonly [K in ConfigKey]?: string } = { 'tracking.experiment': 'MLO_EXPERIMENT' };

/** `core.jobs` → `MLO_CORE_JOBS`. */
export function environmentName(key: ConfigKey): string {
  return SHORT_NAMES[key] ?? `MLO_${key.toUpperCase().replaceAll('.', '_')}`;
}

export function isConfigKey(key: string): key is ConfigKey {
  return Object.hasOwn(CONFIG, key);
}

/** The key a user typed. Throws MLO_CONFIG with the nearest one. */
export function configKey(typed: string): ConfigKey {
  if (isConfigKey(typed)) return typed;
  throw new MloError('MLO_CONFIG', `There is no configuration key '${typed}'`, {
    hint: unknownKeyHint(typed),
    details: { key: typed, known: CONFIG_KEYS },
  });
}

export function unknownKeyHint(typed: string): string {
  const near = nearest(typed, CONFIG_KEYS);
  return near === undefined ? `Known keys: ${CONFIG_KEYS.join(', ')}` : `Did you mean ${near}?`;
}

/** A value as YAML or JSON gave it; undefined where the key does not allow it. */
export function readConfigValue<K extends ConfigKey>(key: K, value: unknown): ConfigValues[K] | undefined {
  return CONFIG[key].read(value);
}

/** A value as typed after `config set` or in an `MLO_…` variable; undefined where the key does not allow it. */
export function parseConfigText<K extends ConfigKey>(key: K, text: string): ConfigValues[K] | undefined {
  const isNumber = typeof CONFIG[key].fallback === 'number' && /^\d+$/.test(text.trim());
  return CONFIG[key].read(isNumber ? Number(text) : text);
}

/** The opposite of `parseConfigText`. */
export function configText(value: ConfigValue): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function readPath(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
}

function readExperiment(value: unknown): string | undefined {
  const name = typeof value === 'number' ? String(value) : value;
  return typeof name === 'string' && name.trim() !== '' && name.length <= 500 ? name : undefined;
}

/** As it was written. `retentionMs` says what it means. */
function readDuration(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return retentionMs(value) === undefined ? undefined : String(value);
}

/** As it was written; YAML reads `on` and `off` as true and false in old files. */
function readInterval(value: unknown): string | undefined {
  if (value === 'on' || value === true) return '10s';
  if (value === 'off' || value === false) return 'off';
  const duration = readDuration(value);
  return duration === undefined || retentionMs(duration) === 0 ? undefined : duration;
}

/** Milliseconds; undefined where the text is no duration. */
export function retentionMs(value: string | number): number | undefined {
  return /^\s*0+\s*(ms|s|m|h|d)?\s*$/.test(String(value)) ? 0 : durationMs(value);
}

/** A list, or the same as text with commas. */
function readItems(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : Array.isArray(value) ? value : [];
}

/** An empty text is an empty list. */
function readPatterns(value: unknown): readonly string[] | undefined {
  if (value === '') return [];
  const items = readItems(value);
  const isList = typeof value === 'string' || Array.isArray(value);
  return isList && items.every((item) => typeof item === 'string' && item !== '') ? (items as string[]) : undefined;
}

function readLinks(value: unknown): readonly ConfigLink[] | undefined {
  const items = readItems(value);
  const links = items.filter((item): item is ConfigLink => LINKS.includes(item as ConfigLink));
  return links.length > 0 && links.length === items.length ? [...new Set(links)] : undefined;
}
