import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativePlaces } from './places.ts';
import { ADDON_FILE, LIBRARIES, PATCH, TFJS_NODE_VERSION } from './recipe.ts';
import type { BuildStamp, NativeBuild } from './types.ts';

type Environment = { readonly [name: string]: string | undefined };

export type NativeState =
  | { readonly state: 'ready'; readonly build: NativeBuild; readonly stamp?: BuildStamp }
  /** `why` completes "native cannot be used: …". */
  | { readonly state: 'missing'; readonly why: string }
  | { readonly state: 'broken'; readonly why: string };

/**
 * The native build that this machine has: our own from the user's cache, else one that npm has built in
 * `node_modules` (mlo's, or that of the project at `root`). Looks at files only; nothing is loaded.
 */
export function findNative(env: Environment, root?: string): NativeState {
  if (tfjsNodeFolder() === undefined) return { state: 'missing', why: 'the package @tensorflow/tfjs-node is not installed beside mlo' };
  const own = findOwn(env);
  if (own.state === 'ready') return own;
  const foreign = foreignAddons(root).find((addon) => existsSync(addon));
  return foreign === undefined ? own : { state: 'ready', build: { addon: foreign, ours: false } };
}

function findOwn(env: Environment): NativeState {
  const places = nativePlaces(env);
  const name = readJson<{ readonly folder?: unknown }>(places.current)?.folder;
  if (typeof name !== 'string' || !/^[\w.-]+$/.test(name)) return { state: 'missing', why: 'it has not been installed' };
  return findBuild(join(places.builds, name));
}

/** The build in a folder, if it is whole. */
export function findBuild(folder: string): NativeState {
  const stamp = readStamp(folder);
  if (stamp === undefined) return { state: 'broken', why: `${join(folder, 'stamp.json')} cannot be read` };
  const addon = join(folder, ADDON_FILE);
  if (sizeOf(addon) !== stamp.addon.size) return { state: 'broken', why: `${addon} is gone or not what was built` };
  for (const name of LIBRARIES) {
    const library = join(folder, name);
    if (sizeOf(library) === stamp.libraries[name]?.size) continue;
    const origin = stamp.source.kind === 'folder' ? `, a link into ${stamp.source.from},` : '';
    return { state: 'broken', why: `${library}${origin} is gone or has changed` };
  }
  return { state: 'ready', stamp, build: { addon, ours: true, digest: stamp.addon.digest, tensorflow: stamp.tensorflow } };
}

function readStamp(folder: string): BuildStamp | undefined {
  const stamp = readJson<BuildStamp>(join(folder, 'stamp.json'));
  const isKnown = stamp?.schema === 1 && stamp.patch === PATCH && stamp.tfjsNode === TFJS_NODE_VERSION;
  return isKnown && typeof stamp.addon?.digest === 'string' && typeof stamp.libraries === 'object' ? stamp : undefined;
}

/** The folder of the package that belongs to the running mlo; undefined where npm has left the optional package out. */
export function tfjsNodeFolder(): string | undefined {
  return packageFolder('@tensorflow/tfjs-node', TFJS_NODE_VERSION);
}

/** Of a package of the running mlo, in the version that is wanted. */
export function packageFolder(name: string, version?: string): string | undefined {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return version === undefined || readJson<{ version?: string }>(file)?.version === version ? dirname(file) : undefined;
  } catch {
    return undefined;
  }
}

function foreignAddons(root: string | undefined): readonly string[] {
  const project = root === undefined ? undefined : join(root, 'node_modules', '@tensorflow', 'tfjs-node');
  const usable = project !== undefined && readJson<{ version?: string }>(join(project, 'package.json'))?.version === TFJS_NODE_VERSION;
  const folders = [tfjsNodeFolder(), usable ? project : undefined];
  return folders.flatMap((folder) => (folder === undefined ? [] : [join(folder, 'lib', 'napi-v8', ADDON_FILE)]));
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
