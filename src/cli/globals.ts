import { isAbsolute, resolve } from 'node:path';
import { statSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ColorChoice } from './terminal.ts';
import { given } from '../core/given.ts';

export type OutputMode = 'human' | 'json' | 'stream';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly output: OutputMode;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
  readonly input: boolean;
  /** Absolute path where the command acts. */
  readonly cwd: string;
  /** Milliseconds, Infinity without limit; absent = do not wait. */
  readonly waitMs?: number;
  /** Where to write where the time went. */
  readonly profile?: string;
}

interface RawGlobals {
  readonly json?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: ColorChoice;
  readonly input?: boolean;
  readonly C?: string;
  readonly wait?: number;
  readonly profile?: string;
}

export function readGlobals(raw: RawGlobals, start: string): GlobalOptions {
  return {
    output: raw.json === undefined ? 'human' : raw.json === 'stream' ? 'stream' : 'json',
    quiet: raw.quiet === true,
    verbose: raw.verbose === true,
    color: raw.color ?? 'auto',
    input: raw.input !== false,
    cwd: raw.C === undefined ? start : existingFolder(raw.C, start),
    ...given({ waitMs: raw.wait, profile: raw.profile }),
  };
}

/** For errors that come before the options are understood. */
export function guessOutput(argv: readonly string[]): OutputMode {
  const options = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  if (options.includes('--json=stream')) return 'stream';
  return options.some((argument) => argument === '--json' || argument.startsWith('--json=')) ? 'json' : 'human';
}

export function guessColor(argv: readonly string[]): ColorChoice {
  const given = argv.findLast((argument, index) => argument.startsWith('--color=') || argv[index - 1] === '--color');
  const choice = given?.replace('--color=', '');
  return choice === 'always' || choice === 'never' ? choice : 'auto';
}

/** The file of `--profile` without one. */
export const PROFILE_FILE = 'mlo-profile.json';

/** Values that stand for an option without one, so that the next word is never taken for it. */
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['--json', '--json=document'],
  ['--wait', '--wait=forever'],
  ['--profile', `--profile=${PROFILE_FILE}`],
]);

/** `--json status` must not read `status` as the format. */
export function presetOptionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((argument, index) => (end !== -1 && index >= end ? argument : (PRESETS.get(argument) ?? argument)));
}

export function hidePresets(message: string): string {
  return [...PRESETS].reduce((text, [typed, preset]) => text.replaceAll(preset, typed), message);
}

const NO_FOLDER: { readonly [code: string]: string } = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a file lies on the way',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'symlinks lead in a circle',
};

function existingFolder(typed: string, start: string): string {
  const path = isAbsolute(typed) ? typed : resolve(start, typed);
  try {
    if (statSync(path).isDirectory()) return path;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new MloError('MLO_USAGE', `-C ${typed}: ${NO_FOLDER[code] ?? message}`, { details: { path }, cause });
  }
  throw new MloError('MLO_USAGE', `-C ${typed}: this is not a folder`, { details: { path } });
}
