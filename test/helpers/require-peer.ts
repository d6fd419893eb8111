import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { skipTest } from './skip.ts';

/**
 * The path of a program that only some machines have (`strace`, `dvc`, `python3`).
 * Without it the test is skipped, and fails where `MLO_CI=1` says that everything must run.
 */
export function requirePeer(name: string): string {
  const found = findProgram(name);
  return found ?? missing(`${name} is not installed`);
}

/** The Python that has MLflow, which `.ci/run` installs; the same rule. */
export function requireMlflow(): string {
  return requirePython('MLflow', 'MLO_TEST_MLFLOW', 'mlflow');
}

/** The Python that has scikit-learn, which `.ci/run` installs; the same rule. */
export function requireScikit(): string {
  return requirePython('scikit-learn', 'MLO_TEST_SKLEARN', 'sklearn');
}

/** The Python that reads remotes by the documents: with blake3 and zstandard; the same rule. */
export function requireRemoteReader(): string {
  return requirePython('Python with BLAKE3', 'MLO_TEST_REMOTE_READER', 'blake3 and zstandard');
}

function requirePython(what: string, variable: string, module: string): string {
  const python = process.env[variable];
  if (python === undefined || python === '') return missing(`there is no ${what} (${variable}=/path/to/python with ${module})`);
  return findProgram(python) ?? missing(`${variable} names no program: ${python}`);
}

/** A Python that has NumPy and Pillow, as MLflow's has; the same rule. */
export function requireNumpy(): string {
  const python = process.env['MLO_TEST_NUMPY'] ?? process.env['MLO_TEST_MLFLOW'];
  if (python === undefined || python === '') return missing('there is no NumPy (MLO_TEST_NUMPY=/path/to/python with numpy and pillow)');
  return findProgram(python) ?? missing(`MLO_TEST_NUMPY names no program: ${python}`);
}

function missing(reason: string): never {
  if (process.env['MLO_CI'] === '1') throw new Error(`${reason}, and MLO_CI=1 does not skip`);
  return skipTest(reason);
}

/** `name`: in `PATH`, or a path. */
export function findProgram(name: string): string | undefined {
  if (name.includes(sep)) return isExecutableFile(name) ? name : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
