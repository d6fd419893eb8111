import { EXIT } from '../../src/core/errors/catalogue.ts';
import { given } from '../../src/core/given.ts';
import { MloError } from '../../src/core/errors/mlo-error.ts';
import type { AppContext } from '../../src/app/types.ts';
import type { Outcome, Runner } from '../../src/cli/command.ts';
import { toJson, type ErrorBody } from '../../src/cli/envelope.ts';
import { presetOptionalValues, readGlobals } from '../../src/cli/globals.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { errorBody } from '../../src/cli/render-error.ts';
import { plainStyle } from '../../src/ui/style.ts';
import { appContext } from './app-context.ts';
import type { TestProject } from './test-project.ts';

/** What `--json` would print, and the exit code. */
export interface Answer {
  readonly code: number;
  readonly data?: any;
  readonly error?: ErrorBody;
}

/**
 * One command line in the process of the test: the real options and the real command, without the start of Node, the streams and the signals.
 * For what comes before and after the thing that is tested: a start of `mlo` that speaks to S3 takes 300 ms of CPU, this a tenth.
 */
export async function mloHere(project: Pick<TestProject, 'root' | 'env'>, args: readonly string[]): Promise<Answer> {
  useCredentialsOf(project.env);
  let outcome: Outcome | undefined;
  const run: Runner = async (spec, name, flags, words) => {
    const globals = readGlobals(flags, project.root);
    const context: AppContext = { ...appContext(globals.cwd, project.env), ...given({ waitMs: globals.waitMs }) };
    const perform = spec.run as (...all: unknown[]) => Promise<Outcome>;
    outcome = await perform({ name, context, globals, style: plainStyle() }, flags, ...words);
  };
  const argv = [...args, '--json'];
  const { program } = await buildProgram(run, () => {}, argv);
  try {
    await program.parseAsync(presetOptionalValues(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return { code: error.exitCode, error: asPrinted(errorBody(error, { verbose: false, secrets: [] })) };
  }
  if (outcome === undefined) throw new Error(`mlo ${args.join(' ')} runs no command`);
  const { data, failure, exitCode = EXIT.ok } = outcome;
  return { code: exitCode, data: asPrinted(data), ...(failure === undefined ? {} : { error: { details: {}, ...failure } }) };
}

function asPrinted<Value>(value: Value): Value {
  return JSON.parse(toJson(value)) as Value;
}

/** The SDK of S3 reads them, and the address of the server, from the process. */
function useCredentialsOf(env: TestProject['env']): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_') && env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) process.env[name] = value;
}
