import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hashBytes } from '../../../../fs/hash.ts';
import { acquireLock } from '../../../../fs/project-lock.ts';
import { syncFolder, writeFileAtomic } from '../../../../fs/write-atomic.ts';
import { findBuild, findNative } from '../find-native.ts';
import { nativePlaces, type NativePlaces } from '../places.ts';
import { ADDON_FILE, LIBRARIES, PATCH, TFJS_NODE_VERSION, WHEEL } from '../recipe.ts';
import type { BuildStamp, NativeBuild } from '../types.ts';
import { buildAddon } from './build-addon.ts';
import type { SourceWishes } from './choose-source.ts';
import { downloadWheel, type Progress } from './download-wheel.ts';
import { installError } from './install-error.ts';
import { preflight, type Ready } from './preflight.ts';
import type { ProgramOptions } from './run-program.ts';
import { missingSymbols, type TensorFlowFolder } from './tensorflow-folder.ts';
import { findUnpackedWheel, takeUnpackedWheel } from './unpacked-wheels.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { verifyAddon, type Verified } from './verify-addon.ts';

export interface InstallRequest extends SourceWishes, Progress {
  readonly env: ProgramOptions['env'];
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** For the lock. */
  readonly command: string;
  readonly waitMs?: number;
  /** Build again where there is a build that works. */
  readonly force: boolean;
}

export interface InstallResult {
  /** false: it was there and works. */
  readonly installed: boolean;
  readonly folder: string;
  readonly stamp: BuildStamp;
  readonly verified: Verified;
}

interface TensorFlowParts {
  readonly folder: TensorFlowFolder;
  readonly source: BuildStamp['source'];
  readonly sha256: { readonly [library: string]: string };
}

/**
 * Preflight → TensorFlow → build → a training step in a process of its own → named as the one to use. Until the last step
 * nothing that exists is touched; what an interrupted installation has brought is used by the next. Throws
 * MLO_BACKEND_INSTALL, MLO_LOCKED, MLO_INTERRUPTED.
 */
export async function installNative(request: InstallRequest): Promise<InstallResult> {
  const places = nativePlaces(request.env);
  const existing = request.force || wantsOther(request) ? undefined : await checkExisting(request);
  if (existing !== undefined) return existing;
  const ready = await preflight({ ...request, folder: places.builds, hasWheelFiles: hasWheelFiles(places) }, request);
  mkdirSync(places.builds, { recursive: true });
  const { command, waitMs, signal } = request;
  const lock = await acquireLock(places.lock, {
    command,
    signal,
    doing: 'is installing the native backend',
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  try {
    return await build(places, ready, request);
  } finally {
    lock.release();
    removeEmpty(places);
  }
}

function wantsOther({ lib, fromPython }: SourceWishes): boolean {
  return lib !== undefined || fromPython !== undefined;
}

/** What is installed, if a training step says that it works. */
async function checkExisting(request: InstallRequest): Promise<InstallResult | undefined> {
  const native = findNative(request.env);
  if (native.state !== 'ready' || native.stamp === undefined) return undefined;
  request.onStep('checking what is installed with a training step');
  try {
    const verified = await verifyAddon(native.build, request);
    return { installed: false, folder: dirname(native.build.addon), stamp: native.stamp, verified };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MLO_BACKEND_INSTALL') throw error;
    return undefined;
  }
}

async function build(places: NativePlaces, ready: Ready, request: InstallRequest): Promise<InstallResult> {
  const { partial } = places;
  mkdirSync(partial, { recursive: true });
  const { folder, source, sha256 } = await provideTensorFlow(places, ready, request);
  const lacking = await missingSymbols(folder.libraries, request);
  if (lacking.length > 0) throw installError(`${source.from} is too old or too new: it lacks ${lacking.slice(0, 5).join(', ')}`);

  request.onStep(`building the addon with ${ready.compiler.program}`);
  await buildAddon({ ...ready, tensorflow: folder, target: partial }, request);
  const addon = join(partial, ADDON_FILE);
  const bytes = readFileSync(addon);
  const made: NativeBuild = { addon, ours: true, digest: hashBytes(bytes) };
  request.onStep('taking a training step with it');
  const verified = await verifyAddon(made, request);

  const stamp: BuildStamp = {
    schema: 1,
    tensorflow: verified.tensorflow,
    tfjsNode: TFJS_NODE_VERSION,
    patch: PATCH,
    compiler: ready.compiler.version,
    source,
    addon: { digest: hashBytes(bytes), size: bytes.length },
    libraries: Object.fromEntries(LIBRARIES.map((name) => [name, libraryStamp(join(partial, name), sha256[name])])),
  };
  return { installed: true, folder: adopt(places, stamp), stamp, verified };
}

function libraryStamp(path: string, sha256: string | undefined): { size: number; sha256?: string } {
  return { size: statSync(path).size, ...(sha256 === undefined ? {} : { sha256 }) };
}

/** Brings the libraries to stand beside the addon: as links to a folder, or out of the wheel. */
async function provideTensorFlow(places: NativePlaces, { source }: Ready, request: InstallRequest): Promise<TensorFlowParts> {
  const { partial } = places;
  if (source.kind === 'folder') {
    rmSync(unpackedFile(places), { force: true });
    for (const name of LIBRARIES) {
      rmSync(join(partial, name), { force: true });
      symlinkSync(realpathSync(join(source.folder.libraries, name)), join(partial, name));
    }
    const folder = { include: source.folder.include, libraries: partial };
    return { folder, source: { kind: 'folder', from: source.from }, sha256: {} };
  }
  const done = unpackedBefore(places) ?? (await takeFromInstalled(places, request));
  if (done !== undefined) return done;
  for (const name of LIBRARIES) removeLink(join(partial, name));
  const wheel = await downloadWheel(source.pip, partial, request);
  const { folder, sha256 } = await unpackWheel(wheel, partial, request);
  writeFileAtomic(unpackedFile(places), JSON.stringify({ wheel: WHEEL.sha256, sha256 }), { durable: true });
  rmSync(wheel, { force: true });
  return { folder, source: { kind: 'wheel', from: WHEEL.file }, sha256 };
}

function hasWheelFiles(places: NativePlaces): boolean {
  return existsSync(unpackedFile(places)) || findUnpackedWheel(places) !== undefined;
}

function unpackedFile({ partial }: NativePlaces): string {
  return join(partial, 'unpacked.json');
}

/** The files of the wheel, from an installation that got as far as that. */
function unpackedBefore(places: NativePlaces): TensorFlowParts | undefined {
  const file = unpackedFile(places);
  if (!existsSync(file)) return undefined;
  const { wheel, sha256 } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly wheel: string;
    readonly sha256: TensorFlowParts['sha256'];
  };
  if (wheel !== WHEEL.sha256) return undefined;
  const folder = { include: join(places.partial, 'include'), libraries: places.partial };
  return { folder, source: { kind: 'wheel', from: WHEEL.file }, sha256 };
}

/** A build that lies here was made from the same wheel: its files are linked and checked, and nothing is downloaded again. */
async function takeFromInstalled(places: NativePlaces, request: InstallRequest): Promise<TensorFlowParts | undefined> {
  const unpacked = findUnpackedWheel(places);
  if (unpacked === undefined) return undefined;
  const { partial } = places;
  request.onStep('checking the libraries that are there');
  const sha256 = await takeUnpackedWheel(unpacked, partial);
  if (sha256 === undefined) return undefined;
  return { folder: { include: join(partial, 'include'), libraries: partial }, source: { kind: 'wheel', from: WHEEL.file }, sha256 };
}

/** Of an installation that has not come far. */
function removeEmpty({ partial, builds, top }: NativePlaces): void {
  for (const folder of [partial, builds, top]) {
    try {
      rmdirSync(folder);
    } catch {
      // It holds something, or is not there.
    }
  }
}

/** A link that an earlier installation from a folder has left is nothing of a wheel. */
function removeLink(path: string): void {
  if (existsSync(path) && realpathSync(path) !== path) rmSync(path);
}

/** Content first, pointer last: the stamp, the folder's own name, then `current.json`; builds that were used before go. */
function adopt(places: NativePlaces, stamp: BuildStamp): string {
  rmSync(join(places.partial, 'src'), { recursive: true, force: true });
  rmSync(unpackedFile(places), { force: true });
  writeFileAtomic(join(places.partial, 'stamp.json'), `${JSON.stringify(stamp, null, 2)}\n`, { durable: true });
  const name = `tensorflow-${stamp.tensorflow}-${stamp.addon.digest.slice(0, 12)}`;
  const folder = join(places.builds, name);
  if (findBuild(folder).state === 'ready') rmSync(places.partial, { recursive: true });
  else {
    rmSync(folder, { recursive: true, force: true });
    renameSync(places.partial, folder);
  }
  syncFolder(places.builds);
  writeFileAtomic(places.current, `${JSON.stringify({ folder: name })}\n`, { durable: true });
  for (const other of readdirSync(places.builds)) {
    if (other.startsWith('tensorflow-') && other !== name) rmSync(join(places.builds, other), { recursive: true, force: true });
  }
  return folder;
}
