import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../fs/entry-point.ts';
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

/** By their package.json: loading TensorFlow takes a second and prints. */
export function checkTensorflow(root: string | undefined): readonly DoctorCheck[] {
  const own = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'].map((name) => ({ name, version: installedVersion(name) }));
  const missing = own.filter(({ version }) => version === undefined).map(({ name }) => name);
  const native = installedVersion('@tensorflow/tfjs-node', root);
  return [
    missing.length === 0
      ? { name: 'tensorflow', status: 'ok', message: own.map(({ name, version }) => `${name} ${version}`).join(', ') }
      : {
          name: 'tensorflow',
          status: 'warn',
          message: `${missing.join(' and ')} cannot be found: module stages have no \`tf\``,
          fix: REINSTALL,
        },
    {
      name: 'tensorflow-native',
      status: 'ok',
      message: native === undefined ? '@tensorflow/tfjs-node is not installed (it is optional)' : `@tensorflow/tfjs-node ${native}`,
    },
  ];
}

/** Of the package that code in `from` (default: mlo itself) would get. */
function installedVersion(name: string, from: string = fileURLToPath(packageRoot())): string | undefined {
  const file = join(from, 'node_modules', name, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
  const above = dirname(from);
  return above === from ? undefined : installedVersion(name, above);
}
