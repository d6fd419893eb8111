import { fileURLToPath } from 'node:url';
import { entryPoint } from '../../../../fs/entry-point.ts';
import { nativeEnvironment } from '../environment.ts';
import type { NativeBuild } from '../types.ts';
import { installError, lastLines } from './install-error.ts';
import { runProgram, type ProgramOptions } from './run-program.ts';

const TIMEOUT_MS = 180_000;

/** What a child process says that has trained with the addon. */
export interface Verified {
  /** Version of the C++ library that it runs on. */
  readonly tensorflow: string;
  /** Largest difference between the weights after a training step and those that the cpu backend gets. */
  readonly difference: number;
}

/** More than rounding makes of one step on small weights. */
const MOST_DIFFERENCE = 1e-4;

/**
 * Loads the addon in a process of its own, which takes a training step of a small convolutional network with it and with
 * the cpu backend. Every symbol is bound at once, and whatever comes on stderr counts as a failure. Throws MLO_BACKEND_INSTALL.
 */
export async function verifyAddon(build: NativeBuild, options: ProgramOptions): Promise<Verified> {
  const { env } = options;
  const result = await runProgram(process.execPath, [fileURLToPath(entryPoint('native-check')), JSON.stringify(build)], {
    ...options,
    timeoutMs: TIMEOUT_MS,
    env: { PATH: env['PATH'], HOME: env['HOME'], TMPDIR: env['TMPDIR'], ...nativeEnvironment(1), LD_BIND_NOW: '1' },
  });
  if (result === undefined) throw new Error(`${process.execPath} cannot be started`);
  const said = lastLines(result.stderr, 8);
  if (result.code !== 0) {
    const end = result.signal === null ? `exit code ${result.code}` : `${result.signal}`;
    throw installError(`The addon was built but does not work: a training step ended with ${end}${said === '' ? '' : `\n${said}`}`);
  }
  if (said !== '') throw installError(`The addon works but writes to stderr, which would tear the terminal:\n${said}`);
  const verified = JSON.parse(result.stdout) as Verified;
  if (verified.difference <= MOST_DIFFERENCE) return verified;
  throw installError(`The addon computes other weights than the cpu backend: they differ by ${verified.difference}`);
}
