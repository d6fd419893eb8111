import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { packageFolder, tfjsNodeFolder } from '../find-native.ts';
import { SPACE_WITH_FOLDER, SPACE_WITH_WHEEL, TFJS_NODE_VERSION } from '../recipe.ts';
import { chooseSource, type SourceChoice, type SourceWishes, type TensorFlowSource } from './choose-source.ts';
import { installError } from './install-error.ts';
import type { ProgramOptions } from './run-program.ts';
import { findCompiler, platformProblem, type Compiler } from './toolchain.ts';

/** All that a build takes. */
export interface Ready {
  readonly compiler: Compiler;
  readonly source: TensorFlowSource;
  readonly tfjsNode: string;
  readonly nodeHeaders: string;
}

export interface PreflightRequest extends SourceWishes {
  /** Where the build will lie; need not exist yet. */
  readonly folder: string;
  /** The files of the wheel are there from an earlier try. */
  readonly hasWheelFiles: boolean;
}

/** Looks whether everything is there, and changes nothing. Throws one MLO_BACKEND_INSTALL with all that is missing. */
export async function preflight(request: PreflightRequest, options: ProgramOptions & { readonly cwd: string }): Promise<Ready> {
  const platform = platformProblem();
  if (platform !== undefined) throw refused([platform], 'mlo backend use wasm');
  const tfjsNode = tfjsNodeFolder();
  const nodeHeaders = packageFolder('node-api-headers');
  const compiler = await findCompiler(options);
  const choice = await chooseSource(request, options);
  const missing = [
    ...(compiler === undefined ? [compilerProblem(options.env['CXX'])] : []),
    ...choice.problems,
    ...(tfjsNode === undefined ? [`The package @tensorflow/tfjs-node ${TFJS_NODE_VERSION} is not installed beside mlo`] : []),
    ...(nodeHeaders === undefined ? ['The package node-api-headers is not installed beside mlo'] : []),
    ...(choice.source === undefined ? [] : spaceProblem(request, choice.source)),
  ];
  if (missing.length > 0 || compiler === undefined || choice.source === undefined || tfjsNode === undefined || nodeHeaders === undefined)
    throw refused(missing, hintFor(compiler, choice, tfjsNode, options.env['CXX']));
  return { compiler, source: choice.source, tfjsNode, nodeHeaders: `${nodeHeaders}/include` };
}

function refused(missing: readonly string[], hint: string): Error {
  return installError('The native backend cannot be installed here, and nothing was changed; stages go on with wasm. Missing:', {
    missing,
    hint,
  });
}

function compilerProblem(chosen: string | undefined): string {
  if (chosen !== undefined && chosen !== '') return `The C++ compiler that CXX names was not found: ${chosen}`;
  return 'No C++ compiler was found (g++, c++ or clang++)';
}

function hintFor(compiler: Compiler | undefined, choice: SourceChoice, tfjsNode: string | undefined, cxx: string | undefined): string {
  const forCompiler = cxx === undefined || cxx === '' ? 'apt-get install g++' : 'CXX=g++ mlo backend install';
  const steps = [...(compiler === undefined ? [forCompiler] : []), ...(choice.hint === undefined ? [] : [choice.hint])];
  if (steps.length > 0) return steps.join(', then ');
  // A script that fails makes npm leave out the optional package; without scripts it stays.
  if (tfjsNode === undefined)
    return 'npm install --ignore-scripts mlo-cli (with -g where mlo is installed globally), then mlo backend install';
  return 'XDG_CACHE_HOME=<folder on another disk> mlo backend install';
}

function spaceProblem({ folder, hasWheelFiles }: PreflightRequest, source: TensorFlowSource): string[] {
  const needed = source.kind === 'wheel' && !hasWheelFiles ? SPACE_WITH_WHEEL : SPACE_WITH_FOLDER;
  const place = nearestFolder(folder);
  if (!isWritable(place)) return [`The right to write to ${place}, where builds are kept`];
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  if (free >= needed) return [];
  return [`${megabytes(needed)} of free space at ${place}: only ${megabytes(free)} are left`];
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
