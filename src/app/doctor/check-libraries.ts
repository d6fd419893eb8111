import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../fs/entry-point.ts';
import { findNative, type NativeState } from '../../runtime/tensorflow/native/find-native.ts';
import { reasonOf, type DoctorCheck } from './doctor-check.ts';

/** BLAKE3 of nothing (the first of the official test vectors). */
const BLAKE3_OF_NOTHING = 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262';
const REINSTALL = 'Install again for this machine: npm ci';

export async function checkSqlite(): Promise<DoctorCheck> {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'mlo-doctor-'));
  } catch (error) {
    const message = `not tried, because ${tmpdir()} cannot be written: ${reasonOf(error)}`;
    return { name: 'sqlite', status: 'fail', message, fix: 'Check its owner and permissions, or set TMPDIR to another folder' };
  }
  try {
    const { openTracking } = await import('../../tracking/open.ts');
    const tracking = openTracking({ path: join(folder, 'tracking.db') });
    tracking.close();
    return { name: 'sqlite', status: 'ok', message: `better-sqlite3 ${installedVersion('better-sqlite3') ?? ''} opens databases` };
  } catch (error) {
    return { name: 'sqlite', status: 'fail', message: `better-sqlite3 does not work: ${reasonOf(error)}`, fix: REINSTALL };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function checkBlake3(): Promise<DoctorCheck> {
  try {
    const { hashBytes } = await import('../../fs/hash.ts');
    if (hashBytes('') !== BLAKE3_OF_NOTHING)
      return { name: 'blake3', status: 'fail', message: '@napi-rs/blake-hash computes wrong digests', fix: REINSTALL };
    return { name: 'blake3', status: 'ok', message: `@napi-rs/blake-hash ${installedVersion('@napi-rs/blake-hash') ?? ''}` };
  } catch (error) {
    return { name: 'blake3', status: 'fail', message: `@napi-rs/blake-hash does not load: ${reasonOf(error)}`, fix: REINSTALL };
  }
}

export async function checkSharp(): Promise<DoctorCheck> {
  try {
    const { loadSharp } = await import('../../fs/load-sharp.ts');
    const sharp = await loadSharp();
    return { name: 'sharp', status: 'ok', message: `sharp ${sharp.versions.sharp ?? ''} with libvips ${sharp.versions.vips}` };
  } catch (error) {
    return {
      name: 'sharp',
      status: 'warn',
      message: `sharp does not load, so stages cannot draw or read images: ${reasonOf(error)}`,
      fix: REINSTALL,
    };
  }
}

/** By their files: loading TensorFlow takes a second. */
export function checkTensorflow(root: string | undefined, env: NodeJS.ProcessEnv): readonly DoctorCheck[] {
  const own = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'].map((name) => ({ name, version: installedVersion(name) }));
  const missing = own.filter(({ version }) => version === undefined).map(({ name }) => name);
  return [
    missing.length === 0
      ? { name: 'tensorflow', status: 'ok', message: own.map(({ name, version }) => `${name} ${version}`).join(', ') }
      : {
          name: 'tensorflow',
          status: 'warn',
          message: `${missing.join(' and ')} cannot be found: module stages have no \`tf\``,
          fix: REINSTALL,
        },
    checkNative(findNative(env, root)),
  ];
}

function checkNative(native: NativeState): DoctorCheck {
  const name = 'tensorflow-native';
  if (native.state === 'missing') return { name, status: 'ok', message: `not used: ${native.why} (mlo backend install)` };
  if (native.state === 'broken')
    return { name, status: 'warn', message: `cannot be used: ${native.why}; stages run on wasm`, fix: 'mlo backend install' };
  const { build, stamp } = native;
  if (stamp !== undefined) return { name, status: 'ok', message: `TensorFlow ${stamp.tensorflow}, with the addon that mlo has built` };
  return {
    name,
    status: 'warn',
    message: `${build.addon} is not mlo's own build: it is not safe in several threads, so stages run in processes of their own`,
    fix: 'mlo backend install',
  };
}

/** Of the package that code in `from` (default: mlo itself) would get. */
function installedVersion(name: string, from: string = fileURLToPath(packageRoot())): string | undefined {
  const file = join(from, 'node_modules', name, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
  const above = dirname(from);
  return above === from ? undefined : installedVersion(name, above);
}
