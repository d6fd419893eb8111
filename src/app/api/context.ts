import { resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { AppContext } from '../types.ts';
import type { Where } from './types.ts';

/** A context in which nothing is printed and nothing is written. */
export function silentContext({ repo = '.' }: Where): AppContext {
  if (/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/]+:/i.test(repo)) {
    throw new MloError('MLO_USAGE', `'${repo}' is not on this machine: only local repositories can be read`, {
      hint: `git clone ${repo}, then name its folder`,
    });
  }
  return {
    cwd: resolve(repo),
    env: process.env,
    emit: () => {},
    signal: new AbortController().signal,
    command: 'mlo-cli (API)',
    readOnly: true,
  };
}

/** `{ rev }` or nothing. */
export function revOf({ rev }: Where): { readonly rev?: string } {
  return rev === undefined ? {} : { rev };
}
