import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PATCH, TFJS_NODE_VERSION } from './recipe.ts';

type Environment = { readonly [name: string]: string | undefined };

/** Where builds of the native backend lie: in the user's cache, so that they outlive every node_modules. */
export interface NativePlaces {
  /** All that mlo keeps of the native backend, for any version of it. */
  readonly top: string;
  /** Builds that this mlo can use: same sources, same patch, same platform. */
  readonly builds: string;
  /** Names the folder in `builds` that is used. */
  readonly current: string;
  /** An installation at work, or one that was interrupted and can go on. */
  readonly partial: string;
  readonly lock: string;
}

export function nativePlaces(env: Environment): NativePlaces {
  const top = join(cacheHome(env), 'mlo', 'native');
  const builds = join(top, `tfjs-node-${TFJS_NODE_VERSION}-p${PATCH}-${process.platform}-${process.arch}`);
  return { top, builds, current: join(builds, 'current.json'), partial: join(builds, 'partial'), lock: join(builds, 'lock') };
}

/** https://specifications.freedesktop.org/basedir-spec: relative values are to be ignored. */
function cacheHome(env: Environment): string {
  const folder = env['XDG_CACHE_HOME'];
  if (folder !== undefined && isAbsolute(folder)) return folder;
  const home = env['HOME'];
  return join(home === undefined || home === '' ? homedir() : home, '.cache');
}
