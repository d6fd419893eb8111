import { Option, type Argument, type Command } from 'commander';
import type { ErrorCode } from '../core/errors/catalogue.ts';
import type { AppContext } from '../app/types.ts';
import type { Style } from '../ui/style.ts';
import type { GlobalOptions } from './globals.ts';
import { parseWait } from './parse-values.ts';

/** What a command gets to work with. */
export interface Invocation {
  /** `stage list`. */
  readonly name: string;
  readonly context: AppContext;
  readonly globals: GlobalOptions;
  /** How lines on stdout are to look. */
  readonly style: Style;
}

/** What a command found or did. */
export interface Outcome {
  /** Goes into the JSON document as it is. */
  readonly data: unknown;
  /** Lines on stdout for people; very many are made while they are printed. */
  readonly lines?: Iterable<string>;
  /** Next command to type, on stderr. */
  readonly hint?: string;
  /** Default 0. */
  readonly exitCode?: number;
  /** The command could not do what it was asked for: `error[CODE]: message` on stderr, with the hint; the details are in `data`. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string };
  /** Lines on stderr below that. */
  readonly failureLines?: readonly string[];
  /** Lines on stderr in place of both; then only `hint` is one. */
  readonly errorLines?: readonly string[];
}

/** One verb: what it says in its help, and what it does. */
export interface CommandSpec<Flags = object, Arguments extends readonly unknown[] = readonly unknown[]> {
  /** `status [targets...]`. */
  readonly usage: string;
  /** Another name of the verb. */
  readonly alias?: string;
  readonly summary: string;
  readonly details?: string;
  /** At least two, each a command that can be run as it stands. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  readonly options?: readonly Option[];
  /** Those that `usage` cannot say: with choices. */
  readonly arguments?: readonly Argument[];
  /** What `data` of the JSON document holds: a field and what it means, `?` behind those that may be absent. For the reference. */
  readonly json?: readonly (readonly [field: string, means: string])[];
  /** stages: live view or append-only lines. tasks: a line of progress. */
  readonly shows?: 'stages' | 'tasks';
  /** It changes the project or a remote: the first Ctrl-C lets it tidy up, -q silences its result, --wait applies. */
  readonly writes?: boolean;
  /** It changes neither, and leaves something lying about where it is ended at once: the first Ctrl-C lets it tidy up. A function: with such flags. */
  readonly tidies?: boolean | ((flags: Flags) => boolean);
  /** Not in lists of commands: other programs call it. */
  readonly hidden?: boolean;
  readonly run: (invocation: Invocation, flags: Flags, ...args: Arguments) => Promise<Outcome>;
}

/** A spec of any command; its own flags and arguments are known to its `run` alone. */
export type AnyCommandSpec = CommandSpec<never, never[]>;

/** Runs a spec whose flags and arguments commander has parsed. */
export type Runner = (spec: AnyCommandSpec, name: string, flags: object, args: readonly unknown[]) => Promise<void>;

export function defineCommand<Flags, Arguments extends readonly unknown[]>(spec: CommandSpec<Flags, Arguments>): AnyCommandSpec {
  return spec as unknown as AnyCommandSpec;
}

/** Adds the command to its parent; `parent` has its settings already (commander copies them now). */
export function addCommand(parent: Command, spec: AnyCommandSpec, runner: Runner): Command {
  const command = parent
    .command(spec.usage, { hidden: spec.hidden === true })
    .summary(spec.summary)
    .description([spec.summary, spec.details].filter(Boolean).join('\n\n'));
  if (spec.alias !== undefined) command.alias(spec.alias);
  for (const argument of spec.arguments ?? []) command.addArgument(argument);
  for (const option of spec.options ?? []) command.addOption(option);
  if (spec.writes === true) command.addOption(waitOption());
  command.addHelpText('after', exampleText(spec.examples));
  command.action(async () => await runner(spec, commandPath(command), command.optsWithGlobals(), command.processedArgs));
  return command;
}

export function commandPath(command: Command): string {
  const names: string[] = [];
  for (let current: Command | null = command; current?.parent; current = current.parent) names.unshift(current.name());
  return names.join(' ');
}

function waitOption(): Option {
  return new Option('--wait [duration]', 'wait while another mlo writes here (--wait=30s: at most that long)').argParser(parseWait);
}

function exampleText(examples: AnyCommandSpec['examples']): string {
  return `\nExamples:\n${examples.map(([command, does]) => `  $ ${command}\n      ${does}`).join('\n')}`;
}
