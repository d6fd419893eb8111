import { CommanderError } from 'commander';
import { MloError } from '../core/errors/mlo-error.ts';
import { hidePresets } from './globals.ts';
import { commandHint, optionHint } from './help/habit-hint.ts';

const SUGGESTION = /\n?\(Did you mean ([^)]+)\?\)/;

/** What commander has printed instead of running a command. */
export function printedBy(error: unknown): 'help' | 'version' | undefined {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) return undefined;
  return error.code === 'commander.version' ? 'version' : 'help';
}

/** The command that a usage error is about. */
export interface MeantCommand {
  /** `stage list`; empty where the line names none. */
  readonly path: string;
  /** The words of the line, options left out. */
  readonly words: readonly string[];
  /** Names of the commands below it. */
  readonly verbs: readonly string[];
}

/** What commander throws is a usage error of a command. Other errors pass. */
export function toUsageError(error: unknown, meant: MeantCommand): unknown {
  if (!(error instanceof CommanderError)) return error;
  const help = `mlo help ${meant.path}`.trimEnd();
  if (error.code === 'commander.help')
    return new MloError('MLO_USAGE', `A command is missing after '${`mlo ${meant.path}`.trimEnd()}'`, { hint: familyHint(meant, help) });
  const isBeforeVerb = error.code === 'commander.unknownOption' && meant.path !== '' && meant.verbs.length > 0;
  const text = hidePresets(error.message).replace(/^error: /, '');
  const [, suggestion] = SUGGESTION.exec(text) ?? [];
  const message = text.replace(SUGGESTION, '').trim();
  return new MloError('MLO_USAGE', message.charAt(0).toUpperCase() + message.slice(1), {
    hint:
      habitOf(error.code, message, meant) ??
      (isBeforeVerb ? `Options stand behind the command. ${familyHint(meant, help)}` : undefined) ??
      usageHint(error.code, suggestion, help),
    details: { reason: error.code },
  });
}

/** What the word alone does elsewhere: `git remote`, `git log`. */
function familyHint({ path, words, verbs }: MeantCommand, help: string): string {
  const shown = ['list', 'show', 'status'].find((verb) => verbs.includes(verb));
  const alone = path === '' ? 'mlo --version' : shown === undefined ? commandHint(words) : `mlo ${path} ${shown}`;
  return alone === undefined ? help : `${alone}; what else there is: ${help}`;
}

/** What to type where somebody writes what other tools understand. */
function habitOf(code: string, message: string, { path, words }: MeantCommand): string | undefined {
  if (code === 'commander.unknownCommand') return commandHint(words);
  // An option that mlo knows needs no word of somebody else's.
  const [, option] = (code === 'commander.invalidArgument' ? null : /'(-[^ ,']+)/.exec(message)) ?? [];
  return option === undefined ? undefined : optionHint(path, option);
}

function usageHint(code: string, suggestion: string | undefined, help: string): string {
  const commands = code === 'commander.unknownCommand' ? ` (${help} lists the commands)` : '';
  if (suggestion !== undefined) return `Did you mean ${suggestion}?${commands}`;
  return code === 'commander.unknownCommand' ? `${help} lists the commands` : `${help} shows what is possible`;
}
