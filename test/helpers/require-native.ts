import { homedir } from 'node:os';
import { join } from 'node:path';
import { findNative } from '../../src/runtime/tensorflow/native/find-native.ts';
import type { NativeBuild } from '../../src/runtime/tensorflow/native/types.ts';
import { skipTest } from './skip.ts';

/** Where the user who runs the tests keeps builds of the native backend: for the environment of commands, whose home is empty. */
export const NATIVE_CACHE = { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache') };

/** The native build of this machine, as `mlo backend install` makes it. Without it the test is skipped; with MLO_CI=1 it fails. */
export function requireNative(): NativeBuild {
  const native = findNative(NATIVE_CACHE);
  if (native.state === 'ready' && native.build.ours) return native.build;
  const why = native.state === 'ready' ? 'its addon is not the one that mlo builds' : native.why;
  const reason = `the native TensorFlow backend cannot be used here: ${why} (mlo backend install)`;
  if (process.env['MLO_CI'] === '1') throw new Error(`${reason}, and MLO_CI=1 does not skip`);
  return skipTest(reason);
}
