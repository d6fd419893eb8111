import { runProgram, type ProgramOptions } from './run-program.ts';

/** A C++ compiler that works. */
export interface Compiler {
  readonly program: string;
  /** First line of what it says about itself. */
  readonly version: string;
}

/** `CXX` where it is set, and nothing else then; else the first that is there. */
export async function findCompiler(options: ProgramOptions): Promise<Compiler | undefined> {
  const chosen = options.env['CXX'];
  for (const program of chosen === undefined || chosen === '' ? ['g++', 'c++', 'clang++'] : [chosen]) {
    const result = await runProgram(program, ['--version'], options);
    if (result?.code === 0) return { program, version: result.stdout.split('\n')[0] ?? program };
  }
  return undefined;
}

/** Whether the addon can be built for this machine at all; a sentence where not. */
export function platformProblem(): string | undefined {
  const platform = `${process.platform} ${process.arch}`;
  if (platform !== 'linux x64') return `TensorFlow's libraries are taken for Linux on x64 (glibc) only; this is ${platform}`;
  return isGlibc() ? undefined : "TensorFlow's libraries need glibc; this Linux has another C library (musl)";
}

function isGlibc(): boolean {
  const { report } = process as { report?: { excludeNetwork?: boolean; getReport(): object } };
  if (report === undefined) return true;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}
