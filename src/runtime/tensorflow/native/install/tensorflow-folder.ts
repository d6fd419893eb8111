import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HEADERS, LIBRARIES, SYMBOLS } from '../recipe.ts';
import { runProgram, type ProgramOptions } from './run-program.ts';

/** A folder that holds TensorFlow: headers below `include`, libraries in `libraries`. Absolute paths. */
export interface TensorFlowFolder {
  readonly include: string;
  readonly libraries: string;
}

/** As a Python package has it (all in one folder), or as a C library does (`lib` beside `include`). */
export function lookIntoFolder(folder: string): { readonly found?: TensorFlowFolder; readonly missing: readonly string[] } {
  const include = join(folder, 'include');
  const places = [folder, join(folder, 'lib')];
  const libraries = places.find((place) => LIBRARIES.every((name) => isFile(join(place, name))));
  const missing = [
    ...(libraries === undefined ? LIBRARIES.filter((name) => !places.some((place) => isFile(join(place, name)))) : []),
    ...HEADERS.filter((name) => !isFile(join(include, name))).map((name) => `include/${name}`),
  ];
  return libraries === undefined || missing.length > 0 ? { missing } : { found: { include, libraries }, missing };
}

/** C functions that the addon calls and that neither library has; nothing where `nm` is not there to ask. */
export async function missingSymbols(libraries: string, options: ProgramOptions): Promise<readonly string[]> {
  const missing = new Set(SYMBOLS);
  for (const name of LIBRARIES) {
    const symbols = await dynamicSymbols(join(libraries, name), options);
    if (symbols === undefined) return [];
    for (const symbol of symbols) missing.delete(symbol);
  }
  return [...missing];
}

async function dynamicSymbols(library: string, options: ProgramOptions): Promise<readonly string[] | undefined> {
  // Megabytes of names: only those that count come through.
  const script = 'nm -D --defined-only "$1" | awk \'{ print $3 }\' | sed "s/@.*//" | grep -E "^TFE?_"';
  const result = await runProgram('sh', ['-c', `command -v nm >/dev/null || exit 3; ${script}`, 'sh', library], options);
  return result?.code === 0 ? result.stdout.split('\n') : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
