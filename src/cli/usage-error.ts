import { CommanderError } from 'commander';
import { MloError } from '../core/errors/mlo-error.ts';
import { hidePresets } from './globals.ts';

const SUGGESTION = /\n?\(Did you mean ([^)]+)\?\)/;

/** What commander has printed instead of running a command. */
export function printedBy(error: unknown): 'help' | 'version' | undefined {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) return undefined;
  return error.code === 'commander.version' ? 'version' : 'help';
}

/** What commander throws is a usage error. Other errors pass. */
export function toUsageError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.code === 'commander.help') return new MloError('MLO_USAGE', 'A command is missing', { hint: 'mlo help' });
  const text = hidePresets(error.message).replace(/^error: /, '');
  const [, suggestion] = SUGGESTION.exec(text) ?? [];
  const message = text.replace(SUGGESTION, '').trim();
  return new MloError('MLO_USAGE', message.charAt(0).toUpperCase() + message.slice(1), {
    hint: suggestion === undefined ? 'mlo help shows the commands, mlo help <command> its options' : `Did you mean ${suggestion}?`,
    details: { reason: error.code },
  });
}
