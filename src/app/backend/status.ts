import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendName } from '../../core/stage.ts';
import { findNative } from '../../runtime/tensorflow/native/find-native.ts';
import { nativePlaces } from '../../runtime/tensorflow/native/places.ts';
import { tensorFlowVersions } from '../../runtime/tensorflow/versions.ts';
import { configGet } from '../config.ts';
import { rootOrNone } from '../find-root.ts';
import type { AppContext } from '../types.ts';

interface BackendView {
  readonly name: BackendName;
  readonly available: boolean;
  /** Why not, or what is to be known about it. */
  readonly note?: string;
  /** Package or library → version. */
  readonly versions: { readonly [name: string]: string };
  /** Of native: the addon, and whether mlo has built it. */
  readonly addon?: string;
  readonly ours?: boolean;
  readonly compiler?: string;
  readonly source?: string;
}

export interface BackendStatusData {
  /** `auto`, or the backend that stages without one of their own get. */
  readonly default: string;
  readonly origin: string;
  /** What such a stage would run on now. */
  readonly takes: BackendName | undefined;
  readonly backends: readonly BackendView[];
  readonly cache: { readonly folder: string; readonly bytes: number };
}

/** What each backend is like on this machine, by its files; nothing is loaded. */
export async function backendStatus(ctx: AppContext): Promise<BackendStatusData> {
  const { value, origin } = await configGet(ctx, 'runtime.backend');
  const backends = [nativeView(ctx), ...packageViews()];
  const isThere = (name: unknown): boolean => backends.some((each) => each.name === name && each.available);
  const preferred = value === 'auto' ? undefined : (value as BackendName);
  const takes =
    preferred !== undefined && isThere(preferred) ? preferred : backends.find((each) => each.available && value !== 'cpu')?.name;
  const { top } = nativePlaces(ctx.env);
  return { default: String(value), origin, takes, backends, cache: { folder: top, bytes: bytesIn(top) } };
}

function nativeView(ctx: AppContext): BackendView {
  const native = findNative(ctx.env, rootOrNone(ctx.cwd));
  const { tfjsNode } = tensorFlowVersions();
  const versions = tfjsNode === undefined ? {} : { '@tensorflow/tfjs-node': tfjsNode };
  if (native.state !== 'ready') return { name: 'native', available: false, note: native.why, versions };
  const { build, stamp } = native;
  if (stamp === undefined)
    return {
      name: 'native',
      available: true,
      note: 'built by npm, not by mlo: stages run it in processes of their own',
      versions,
      addon: build.addon,
      ours: false,
    };
  const { tensorflow, compiler, source } = stamp;
  return {
    name: 'native',
    available: true,
    versions: { TensorFlow: tensorflow, ...versions },
    addon: build.addon,
    ours: true,
    compiler,
    source: source.from,
  };
}

function packageViews(): readonly BackendView[] {
  const { tfjs, wasm } = tensorFlowVersions();
  const missing = { available: false, note: 'the package is not installed: npm ci' };
  return [
    {
      name: 'wasm',
      ...(wasm === undefined ? missing : { available: true }),
      versions: wasm === undefined ? {} : { '@tensorflow/tfjs-backend-wasm': wasm },
    },
    {
      name: 'cpu',
      ...(tfjs === undefined ? missing : { available: true }),
      versions: tfjs === undefined ? {} : { '@tensorflow/tfjs': tfjs },
    },
  ];
}

/** What the files of a folder take, those with several names once; symbolic links count as themselves. */
function bytesIn(folder: string): number {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const files = entries.map((entry) => lstatSync(join(entry.parentPath, entry.name)));
    return [...new Map(files.map(({ dev, ino, size }) => [`${dev}:${ino}`, size])).values()].reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
