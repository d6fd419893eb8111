import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { CONFIG_KEYS, retentionMs, type ConfigLink } from '../core/config/keys.ts';
import {
  configValues,
  environmentLayer,
  resolveConfig,
  type ConfigEntry,
  type ConfigLayer,
  type ConfigOrigin,
  type PartialConfig,
} from '../core/config/layers.ts';
import type { DirectionRules } from '../core/metrics/direction.ts';
import { saysNothing } from '../core/config/says-nothing.ts';
import { MloError, type Problem } from '../core/errors/mlo-error.ts';
import type { BackendName, Isolation } from '../core/stage.ts';
import { hintOfErrno } from '../fs/errno.ts';
import { sharedRoot } from './find-root.ts';
import { readParsed, writeParsed } from './parsed-cache.ts';
import type { AppContext } from './types.ts';

/** The configuration as the use cases need it. */
export interface Config {
  /** Absolute. */
  readonly cacheDir: string;
  /** Absolute. */
  readonly trackingPath: string;
  readonly link: readonly ConfigLink[];
  readonly isolate: Isolation;
  /** Of stages that pin none. */
  readonly backend: BackendName | 'auto';
  readonly jobs: number;
  readonly gc: GcRetention;
  /** Of runs that no flag or parent puts elsewhere. */
  readonly experiment: string;
  /** Of runs on remotes. */
  readonly space: string;
  /** Of which metrics more is better, and of which less, by name. */
  readonly metricDirections: DirectionRules;
  /** How often the machine is sampled while a run is at work; undefined: never. */
  readonly systemMetricsMs: number | undefined;
}

/** Milliseconds. */
interface GcRetention {
  readonly graceMs: number;
  readonly runCacheMs: number;
  readonly logsMs: number;
}

export type ConfigScope = Extract<ConfigOrigin, 'local' | 'project' | 'user'>;
type Environment = AppContext['env'];

/** Strongest first. */
export const CONFIG_SCOPES: readonly ConfigScope[] = ['local', 'project', 'user'];

/** Throws MLO_CONFIG with everything that is wrong in files and variables. */
export async function loadConfig(root: string, env: Environment): Promise<Config> {
  const values = configValues(await loadConfigEntries(root, env));
  return {
    cacheDir: resolveConfigPath(values['cache.dir'], sharedRoot(root), env),
    trackingPath: resolveConfigPath(values['tracking.path'], sharedRoot(root), env),
    link: values['cache.link'],
    isolate: values['runtime.isolate'],
    backend: values['runtime.backend'],
    jobs: values['core.jobs'],
    experiment: values['tracking.experiment'],
    space: values['tracking.space'],
    metricDirections: { higher: values['metrics.higher'], lower: values['metrics.lower'] },
    gc: {
      graceMs: retentionMs(values['gc.grace']) ?? 0,
      runCacheMs: retentionMs(values['gc.run_cache']) ?? 0,
      logsMs: retentionMs(values['gc.logs']) ?? 0,
    },
    systemMetricsMs: values['tracking.system_metrics'] === 'off' ? undefined : retentionMs(values['tracking.system_metrics']),
  };
}

/** Every key with its value and where that comes from. Without a project only the user's file and the environment count. */
export async function loadConfigEntries(root: string | undefined, env: Environment): Promise<readonly ConfigEntry[]> {
  const { layer, problems } = environmentLayer(env);
  return resolveConfig([layer, ...(await loadFileLayers(root, env, problems))]);
}

/** The file of a scope; undefined where there is none to be (no home, no project). */
export function configFile(scope: ConfigScope, root: string | undefined, env: Environment): string | undefined {
  if (scope !== 'user') return root === undefined ? undefined : fileOfProject(scope, root);
  const folder = env['XDG_CONFIG_HOME'];
  if (folder !== undefined && isAbsolute(folder)) return join(folder, 'mlo', 'config.yaml');
  return env['HOME'] === undefined || env['HOME'] === '' ? undefined : join(env['HOME'], '.config', 'mlo', 'config.yaml');
}

/** All worktrees of a repository share the local file, and the committed one where they have none of their own. */
function fileOfProject(scope: Exclude<ConfigScope, 'user'>, root: string): string {
  if (scope === 'local') return join(sharedRoot(root), '.mlo', 'config.local.yaml');
  const own = join(root, '.mlo', 'config.yaml');
  const shared = join(sharedRoot(root), '.mlo', 'config.yaml');
  return existsSync(own) || !existsSync(shared) ? own : shared;
}

export function readConfigText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new MloError('MLO_CONFIG', `Cannot read ${file}: ${(cause as Error).message}`, { ...hintOfErrno(cause), cause });
  }
}

function resolveConfigPath(path: string, root: string, env: Environment): string {
  return path === '~' || path.startsWith('~/') ? join(env['HOME'] ?? root, path.slice(1)) : resolve(root, path);
}

/**
 * Most projects have nothing but comments in these files, and then the YAML parser is not loaded.
 * What they do say is kept parsed in `.mlo/state`, under the digests of the files.
 */
async function loadFileLayers(
  root: string | undefined,
  env: Environment,
  problemsSoFar: readonly Problem[],
): Promise<readonly ConfigLayer[]> {
  const files = CONFIG_SCOPES.map((origin) => ({ origin, file: configFile(origin, root, env) }));
  const speaking = files.flatMap(({ origin, file }) => {
    const text = file === undefined ? undefined : readConfigText(file);
    return file === undefined || text === undefined || saysNothing(text) ? [] : [{ origin, file, text }];
  });
  if (speaking.length === 0) {
    throwIfAny(problemsSoFar);
    return [];
  }

  const paths = speaking.map(({ file }) => file);
  const about = JSON.stringify([CONFIG_KEYS, paths]);
  const readText = (path: string): string | undefined => speaking.find(({ file }) => file === path)?.text;
  const stateDir = root === undefined ? undefined : join(root, '.mlo', 'state');
  const kept = stateDir === undefined ? undefined : readParsed<readonly PartialConfig[]>(stateDir, 'config', about, readText);
  const parsed = kept ?? (await parseFiles(speaking, problemsSoFar));
  if (kept === undefined && stateDir !== undefined && existsSync(stateDir)) {
    writeIfPossible(() => writeParsed(stateDir, 'config', about, paths, parsed, readText));
  }
  throwIfAny(problemsSoFar);
  return speaking.map(({ origin, file }, index) => ({ origin, file, values: parsed[index] ?? {} }));
}

async function parseFiles(
  files: readonly { readonly file: string; readonly text: string }[],
  problemsSoFar: readonly Problem[],
): Promise<readonly PartialConfig[]> {
  const { parseConfigFile } = await import('../core/config/parse.ts');
  const parsed = files.map(({ file, text }) => parseConfigFile(file, text));
  throwIfAny([...problemsSoFar, ...parsed.flatMap(({ problems }) => problems)]);
  return parsed.map(({ values }) => values);
}

function throwIfAny(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const message = problems.length === 1 ? first.message : `The configuration has ${problems.length} problems`;
  throw new MloError('MLO_CONFIG', message, { problems, hint: first.hint ?? 'See every key with its value and origin: mlo config list' });
}

/** A state folder that cannot be written costs speed, nothing else. */
function writeIfPossible(write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException).code !== 'string') throw cause;
  }
}
