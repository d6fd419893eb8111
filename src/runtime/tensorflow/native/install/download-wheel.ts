import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WHEEL } from '../recipe.ts';
import { installError, lastLines } from './install-error.ts';
import { runProgram, type ProgramOptions } from './run-program.ts';

const LOOK_MS = 200;

export interface Progress {
  /** A step of the recipe begins. */
  readonly onStep: (text: string) => void;
  readonly onBytes: (label: string, done: number, total: number) => void;
}

/**
 * The wheel, as a file in `folder`: the one that is there already if its bytes are right, else by pip, which knows the index, the
 * proxy and the certificates of this machine. Throws MLO_BACKEND_INSTALL.
 */
export async function downloadWheel(
  pip: readonly [string, ...string[]],
  folder: string,
  options: ProgramOptions & Progress,
): Promise<string> {
  const wheel = join(folder, WHEEL.file);
  if (existsSync(wheel) && (await sha256OfFile(wheel)) === WHEEL.sha256) return wheel;
  options.onStep(`downloading ${WHEEL.file} (${Math.round(WHEEL.bytes / 1e6)} MB) with ${pip.join(' ')}`);
  const temporary = join(folder, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const watch = setInterval(() => options.onBytes('TensorFlow wheel', largestFile(temporary), WHEEL.bytes), LOOK_MS);
  try {
    const [program, ...args] = pip;
    const env = { ...options.env, TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1', PYTHONNOUSERSITE: '1' };
    const result = await runProgram(program, [...args, ...downloadArguments(folder)], { ...options, env });
    if (result?.code !== 0) throw downloadFailed(pip, result?.stderr ?? '');
  } finally {
    clearInterval(watch);
    rmSync(temporary, { recursive: true, force: true });
  }
  options.onBytes('TensorFlow wheel', WHEEL.bytes, WHEEL.bytes);
  const digest = existsSync(wheel) ? await sha256OfFile(wheel) : undefined;
  if (digest === WHEEL.sha256) return wheel;
  rmSync(wheel, { force: true });
  throw installError(
    digest === undefined
      ? `${pip.join(' ')} has brought another file than ${WHEEL.file}`
      : `${WHEEL.file} is not the file that it should be: expected SHA-256 ${WHEEL.sha256}, found ${digest}`,
    { hint: 'mlo backend install --lib <folder>' },
  );
}

/** For one Python and platform, whatever runs pip: so it is one file, whose digest is known. */
function downloadArguments(folder: string): readonly string[] {
  return [
    ['download', '--quiet', '--no-input', '--no-cache-dir', '--retries', '2', '--no-deps', '--only-binary=:all:'],
    ['--python-version', WHEEL.python, '--implementation', 'cp', '--abi', WHEEL.abi, '--platform', WHEEL.platform],
    ['--dest', folder, WHEEL.requirement],
  ].flat();
}

function downloadFailed(pip: readonly string[], stderr: string): Error {
  return installError(
    `TensorFlow could not be downloaded, and nothing was changed; stages go on with wasm. ${pip.join(' ')} says:\n${whatPipSays(stderr)}`,
    { hint: 'mlo backend install --lib <folder with libtensorflow_cc.so.2 and include/>' },
  );
}

/** pip tells each retry in a long line; what counts is why, once, and how it ended. */
function whatPipSays(stderr: string): string {
  const reason = /(Failed to establish a new connection|Connection to \S+ timed out|Temporary failure[^'")]*)[^'")]*/.exec(stderr)?.[0];
  const rest = stderr.split('\n').filter((line) => !/^\s*WARNING: Retrying/.test(line));
  return lastLines([...(reason === undefined ? [] : [`no network: ${reason}`]), ...rest].join('\n'));
}

function largestFile(folder: string): number {
  let largest = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) largest = Math.max(largest, statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0);
    }
  } catch {
    // pip removes folders while they are looked at.
  }
  return largest;
}

/** Hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
