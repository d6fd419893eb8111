import { CommanderError } from 'commander';
import { MloError } from '../core/errors/mlo-error.ts';
import { hidePresets } from './globals.ts';

const SUGGESTION = /\n?\(Did you mean ([^)]+)\?\)/;

/** What commander has printed instead of running a command. */
export function printedBy(error: unknown): 'help' | 'version' | undefined {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) return undefined;
  return error.code === 'commander.version' ? 'version' : 'help';
}

/** What commander throws is a usage error of a command (`stage`; empty where the line names none). Other errors pass. */
export function toUsageError(error: unknown, command: string): unknown {
  if (!(error instanceof CommanderError)) return error;
  const help = command === '' ? 'mlo help' : `mlo help ${command}`;
  if (error.code === 'commander.help') return new MloError('MLO_USAGE', `A command is missing after 'mlo ${command}'`, { hint: help });
  const text = hidePresets(error.message).replace(/^error: /, '');
  const [, suggestion] = SUGGESTION.exec(text) ?? [];
  const message = text.replace(SUGGESTION, '').trim();
  return new MloError('MLO_USAGE', message.charAt(0).toUpperCase() + message.slice(1), {
    hint: usageHint(error.code, suggestion, help),
    details: { reason: error.code },
  });
}

function usageHint(code: string, suggestion: string | undefined, help: string): string {
  const commands = code === 'commander.unknownCommand' ? ` (${help} lists the commands)` : '';
  if (suggestion !== undefined) return `Did you mean ${suggestion}?${commands}`;
  return code === 'commander.unknownCommand' ? `${help} lists the commands` : `${help} shows what is possible`;
}
