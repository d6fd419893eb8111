import { resolve } from 'node:path';
import { WHEEL } from '../recipe.ts';
import { lookIntoFolder, type TensorFlowFolder } from './tensorflow-folder.ts';
import { programsNamed } from './programs-in-path.ts';
import { runProgram, type ProgramOptions, type ProgramResult } from './run-program.ts';

/** Where TensorFlow is to come from. */
export type TensorFlowSource =
  | { readonly kind: 'folder'; readonly from: string; readonly folder: TensorFlowFolder }
  /** `pip`: the program and its first arguments. */
  | { readonly kind: 'wheel'; readonly pip: readonly [string, ...string[]] };

export interface SourceWishes {
  /** A Python program, or true: the one in PATH. */
  readonly fromPython?: string | true;
  /** A folder that holds TensorFlow's libraries and headers. */
  readonly lib?: string;
}

export interface SourceChoice {
  readonly source?: TensorFlowSource;
  /** What is missing, a sentence each. */
  readonly problems: readonly string[];
  /** What to type where there are problems. */
  readonly hint?: string;
}

/** Then pip brings the wheel. */
const WITHOUT_WISHES = 'mlo backend install';

const IMPORT_PLACE =
  "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s and s.submodule_search_locations else '')";

/** What was asked for; else a Python TensorFlow that has all parts; else the wheel, by pip. */
export async function chooseSource(wishes: SourceWishes, options: ProgramOptions & { readonly cwd: string }): Promise<SourceChoice> {
  if (wishes.lib !== undefined) return fromFolder(resolve(options.cwd, wishes.lib));
  if (wishes.fromPython !== undefined) return await fromPython(wishes.fromPython === true ? 'python3' : wishes.fromPython, options);
  const python = await fromPython('python3', options);
  return python.source === undefined ? await fromWheel(options) : python;
}

function fromFolder(folder: string): SourceChoice {
  const { found, missing } = lookIntoFolder(folder);
  if (found !== undefined) return { source: { kind: 'folder', from: folder, folder: found }, problems: [] };
  const names = missing.length > 4 ? `${missing.slice(0, 4).join(', ')} and ${missing.length - 4} more` : missing.join(', ');
  return { problems: [`${folder} is not a whole TensorFlow: it lacks ${names}`], hint: WITHOUT_WISHES };
}

async function fromPython(python: string, options: ProgramOptions & { readonly cwd: string }): Promise<SourceChoice> {
  const [program, ...others] = programsNamed(python, options);
  if (program === undefined) return { problems: [`${python} was not found`], hint: WITHOUT_WISHES };
  const refusals: string[] = [];
  let runs = false;
  for (const each of [python, ...others]) {
    const result = await runProgram(each, ['-c', IMPORT_PLACE], options);
    const folder = result?.code === 0 ? result.stdout.trim() : '';
    if (folder !== '') return fromFolder(folder);
    if (result?.code === 0) runs = true;
    else refusals.push(doesNotRun(each === python ? program : each, result));
  }
  const [refusal] = refusals;
  if (!runs && refusal !== undefined) return { problems: [refusal], hint: WITHOUT_WISHES };
  return { problems: [`${python} has no TensorFlow installed`], hint: `${python} -m pip install ${WHEEL.requirement}` };
}

async function fromWheel(options: ProgramOptions & { readonly cwd: string }): Promise<SourceChoice> {
  const ways: readonly [string, ...string[]][] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']];
  const refusals: string[] = [];
  for (const [name, ...args] of ways) {
    const [program, ...others] = programsNamed(name, options);
    if (program === undefined) continue;
    for (const each of [name, ...others]) {
      const result = await runProgram(each, [...args, '--version'], options);
      if (result?.code === 0) return { source: { kind: 'wheel', pip: [each, ...args] }, problems: [] };
      refusals.push(doesNotRun(each === name ? program : each, result));
    }
  }
  const [refusal] = refusals;
  const found = refusal === undefined ? '' : `; ${refusal}`;
  return {
    problems: [`Neither python3 with pip nor pip was found: pip downloads the TensorFlow wheel${found}`],
    hint: 'apt-get install python3-pip',
  };
}

/** With its own last words, such as those of a shim that finds no Python, or of `env` that finds no interpreter for it. */
function doesNotRun(program: string, result: ProgramResult | undefined): string {
  const words = result?.stderr.trim().split('\n').at(-1) ?? '';
  const end = result === undefined ? 'it cannot be started' : `it ended with ${result.signal ?? `code ${result.code}`}`;
  return `${program} is there, but of no use: ${words === '' ? end : words}`;
}
