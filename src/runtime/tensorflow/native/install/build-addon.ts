import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDON_FILE, LIBRARIES } from '../recipe.ts';
import { installError, lastLines } from './install-error.ts';
import { runProgram, type ProgramOptions } from './run-program.ts';
import type { TensorFlowFolder } from './tensorflow-folder.ts';
import type { Compiler } from './toolchain.ts';
import { WITHOUT_SIGNALS_FLAGS, WITHOUT_SIGNALS_SOURCE } from './without-signals.ts';

/**
 * The one line that is changed in them: names of attributes went into a set that all threads shared without a lock, and threads
 * that began to train together crashed.
 */
const SHARED_SET = /^static std::set<std::string> ATTR_NAME_SET;/m;
const SET_OF_ITS_OWN = 'static thread_local std::set<std::string> ATTR_NAME_SET;';

export interface BuildRequest {
  readonly compiler: Compiler;
  /** The folder of the package @tensorflow/tfjs-node. */
  readonly tfjsNode: string;
  /** Headers of Node-API. */
  readonly nodeHeaders: string;
  readonly tensorflow: TensorFlowFolder;
  /** Gets the addon, which finds TensorFlow's libraries beside itself. */
  readonly target: string;
}

/** Builds the addon from a patched copy of its sources, with calls of TensorFlow that take no signals. Throws MLO_BACKEND_INSTALL. */
export async function buildAddon(request: BuildRequest, options: ProgramOptions): Promise<void> {
  const { compiler, tfjsNode, nodeHeaders, tensorflow, target } = request;
  const binding = join(tfjsNode, 'binding');
  const sources = join(target, 'src');
  mkdirSync(sources, { recursive: true });
  const patched = join(sources, 'tfjs_backend.cc');
  writeFileSync(patched, patch(readFileSync(join(binding, 'tfjs_backend.cc'), 'utf8')));
  const withoutSignals = join(sources, 'without_signals.cc');
  writeFileSync(withoutSignals, WITHOUT_SIGNALS_SOURCE);
  const temporary = join(target, `${ADDON_FILE}.part`);
  const args = [
    '-shared -fPIC -O2 -std=c++17 -DNAPI_VERSION=8'.split(' '),
    ['-I', nodeHeaders, '-I', tensorflow.include, '-I', binding],
    [patched, join(binding, 'tfjs_binding.cc'), withoutSignals],
    ['-L', tensorflow.libraries, ...LIBRARIES.map((name) => `-l:${name}`), '-Wl,-rpath,$ORIGIN', ...WITHOUT_SIGNALS_FLAGS],
    ['-o', temporary],
  ].flat();
  const result = await runProgram(compiler.program, args, options);
  if (result?.code !== 0) {
    throw installError(`${compiler.program} cannot build the addon (${compiler.version}):\n${lastLines(result?.stderr ?? '', 12)}`, {
      hint: 'CXX=<another compiler> mlo backend install',
    });
  }
  renameSync(temporary, join(target, ADDON_FILE));
}

function patch(source: string): string {
  if (!SHARED_SET.test(source)) throw installError('The sources of @tensorflow/tfjs-node are not those that mlo knows how to patch');
  return source.replace(SHARED_SET, SET_OF_ITS_OWN);
}
