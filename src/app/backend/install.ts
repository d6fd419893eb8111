import type { Emit } from '../../core/events.ts';
import type { AppContext } from '../types.ts';

export interface BackendInstallOptions {
  /** A Python whose TensorFlow is taken; true: the one in PATH. */
  readonly fromPython?: string | true;
  /** A folder with TensorFlow's libraries and headers. */
  readonly lib?: string;
  /** Build again what works already. */
  readonly force: boolean;
}

export interface BackendInstallData {
  /** false: it was there and works. */
  readonly installed: boolean;
  readonly folder: string;
  readonly tensorflow: string;
  readonly source: string;
  readonly compiler: string;
}

/** Builds the native backend into the user's cache, and lets it take a training step. Nothing in node_modules is written. */
export async function backendInstall(ctx: AppContext, options: BackendInstallOptions): Promise<BackendInstallData> {
  const { installNative } = await import('../../runtime/tensorflow/native/install/install-native.ts');
  const { env, cwd, signal, command, waitMs, emit } = ctx;
  const { installed, folder, stamp } = await installNative({
    ...options,
    ...(waitMs === undefined ? {} : { waitMs }),
    env,
    cwd,
    signal,
    command,
    onStep: (message) => emit({ type: 'note', message }),
    onBytes: showBytes(emit),
  });
  return { installed, folder, tensorflow: stamp.tensorflow, source: stamp.source.from, compiler: stamp.compiler };
}

const EVERY_MS = 100;

function showBytes(emit: Emit): (label: string, done: number, total: number) => void {
  let nextMs = 0;
  return (label, done, total) => {
    const now = performance.now();
    if (now < nextMs && done < total) return;
    nextMs = now + EVERY_MS;
    emit({ type: 'progress', task: 'install', label, done, total, unit: 'bytes' });
  };
}
