import { Option } from 'commander';
import type { ConfigScope } from '../app/load-config.ts';
import { MloError } from '../core/errors/mlo-error.ts';

export interface ScopeFlags {
  readonly local?: boolean;
  readonly user?: boolean;
}

/** Of commands that write a configuration file: which one. */
export const SCOPE_OPTIONS = [
  new Option('--local', 'in .mlo/config.local.yaml, which Git ignores'),
  new Option('--user', "in the user's own configuration, for all projects"),
];

export function scopeOf({ local, user }: ScopeFlags): ConfigScope {
  if (local === true && user === true)
    throw new MloError('MLO_USAGE', '--local and --user exclude each other', {
      hint: 'Leave out one of them; without both it is .mlo/config.yaml',
    });
  if (local === true) return 'local';
  return user === true ? 'user' : 'project';
}
