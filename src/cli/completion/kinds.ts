import type { Argument, Option } from 'commander';
import type { CompletionKind } from '../../app/complete.ts';
import { CONFIG_KEYS } from '../../core/config/keys.ts';
import { CATALOGUE } from '../../core/errors/catalogue.ts';

/**
 * What may stand somewhere on a line: `-` an option without a value, `none` a text that nobody can guess, `files`, `cwd` (the folder of -C),
 * `=a,b` one of these, `@name` what `mlo __complete name` prints, `@name+files` that or a file. A `?` before it: the value may be left out.
 */
export type ValueKind = RequiredKind | '-' | `?${RequiredKind}`;
type RequiredKind = 'none' | 'files' | 'cwd' | `=${string}` | `@${CompletionKind}` | `@${CompletionKind}+files`;

const FILES = ['file', 'path', 'paths', 'sources', 'directory', 'folder', 'dir', 'out', 'from', 'to'];
const RUNS = ['id', 'ids', 'run'];
const REVISIONS = ['rev', 'revision', 'revisions'];
/** Commands whose targets are files only. */
const TARGETS_ARE_FILES = ['remove', 'update'];

export function argumentKind(command: string, argument: Argument, words: readonly string[]): ValueKind {
  const [family = ''] = command.split(' ');
  const name = argument.name();
  const choices = argument.argChoices;
  if (choices !== undefined) return oneOf(choices);
  if (name === 'words') return oneOf(words);
  if (name === 'code') return oneOf(Object.keys(CATALOGUE));
  if (name === 'key' && family === 'config') return oneOf(CONFIG_KEYS);
  if (family === 'diff' && (name === 'from' || name === 'to')) return '@revisions';
  if (family === 'remote' && command !== 'remote add' && (name === 'name' || name === 'old')) return '@remotes';
  if (family === 'experiments' && command !== 'experiments create' && name === 'name') return '@experiments';
  if (family === 'artifacts' && name === 'path') return 'none';
  if (name === 'stage' || name === 'stages') return '@stages';
  if (name === 'targets' || name === 'target') {
    if (family === 'freeze' || family === 'unfreeze' || family === 'stage') return '@stages';
    return TARGETS_ARE_FILES.includes(family) || family === 'plots' ? 'files' : '@stages+files';
  }
  return byName(name);
}

export function optionKind(option: Option): ValueKind {
  if (!option.required && !option.optional) return '-';
  const kind = requiredKind(option);
  return option.optional ? `?${kind}` : kind;
}

function requiredKind(option: Option): RequiredKind {
  if (option.argChoices !== undefined) return oneOf(option.argChoices);
  if (option.short === '-C' || option.long === '-C') return 'cwd';
  switch (option.long) {
    case '--set':
      return '@params';
    case '--remote':
      return '@remotes';
    case '--experiment':
      return '@experiments';
    case '--stage':
      return '@stages';
    case '--run':
      return '@runs';
    default:
      return byName(/[<[]([^>\]]+)/.exec(option.flags)?.[1] ?? '');
  }
}

function byName(name: string): RequiredKind {
  if (RUNS.includes(name)) return '@runs';
  if (REVISIONS.includes(name)) return '@revisions';
  return FILES.includes(name) ? 'files' : 'none';
}

function oneOf(choices: readonly string[]): RequiredKind {
  return `=${choices.join(',')}`;
}
