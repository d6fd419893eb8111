import { statSync } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { ShellSpec } from '../types.ts';
import type { CommandEnd } from './running-command.ts';

type Where = Pick<ShellSpec, 'address' | 'logPath' | 'shell' | 'wdir'>;

export function commandFailed(
  spec: Where,
  command: string,
  end: { code: number | null; signal: string | null },
  tail: readonly string[],
): MloError {
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  return failure('MLO_STAGE_FAILED', spec, `Stage '${spec.address}' failed with ${how}: ${oneLine(command)}`, tail, {
    command,
    exitCode: end.code,
    signal: end.signal,
  });
}

export function stageTimedOut(spec: Where, command: string, timeoutMs: number, tail: readonly string[]): MloError {
  const message = `Stage '${spec.address}' was ended after its timeout of ${timeoutMs / 1000} s: ${oneLine(command)}`;
  return failure('MLO_STAGE_TIMEOUT', spec, message, tail, { command, timeoutMs });
}

export function stageInterrupted(spec: Where, command: string): MloError {
  return new MloError('MLO_INTERRUPTED', `Stage '${spec.address}' was interrupted`, { details: { stage: spec.address, command } });
}

export function logUnwritable(spec: Where, cause: NodeJS.ErrnoException): MloError {
  return new MloError('MLO_STAGE_FAILED', `Stage '${spec.address}' was ended because its log cannot be written: ${cause.message}`, {
    hint: 'df -h .',
    details: { stage: spec.address, log: spec.logPath },
    cause,
  });
}

export function helperLost(spec: Where, command: string, why: string): MloError {
  return new MloError(
    'MLO_STAGE_FAILED',
    `Stage '${spec.address}' was ended because mlo lost hold of its command: ${oneLine(command)}\n${why}`,
    {
      hint: 'mlo repro',
      details: { stage: spec.address, command },
    },
  );
}

/** The system says ENOENT for a missing shell and for a missing folder alike. */
export function notStarted(spec: Where, command: string, end: CommandEnd & { kind: 'not-started' }): MloError {
  const details = { stage: spec.address, command, errno: end.errno, wdir: spec.wdir, shell: spec.shell.path };
  const what = `Stage '${spec.address}' cannot start`;
  if (!isFolder(spec.wdir)) {
    return new MloError('MLO_STAGE_FAILED', `${what}: its wdir '${spec.wdir}' is not a folder`, {
      hint: `mkdir -p ${shellWord(spec.wdir)}`,
      details,
    });
  }
  if (end.errno === 'ENOENT' || end.errno === 'EACCES') {
    const why = end.errno === 'ENOENT' ? 'does not exist' : `cannot be executed, or '${spec.wdir}' cannot be entered`;
    return new MloError('MLO_STAGE_FAILED', `${what}: its shell '${spec.shell.path}' ${why}`, {
      hint: `mlo stage show ${shellWord(spec.address)}`,
      details,
    });
  }
  if (end.errno === 'E2BIG') {
    return new MloError('MLO_STAGE_FAILED', `${what}: its command and environment are larger than the system allows`, { details });
  }
  return new MloError('MLO_STAGE_FAILED', `${what}: ${end.message}`, { details });
}

function failure(
  code: 'MLO_STAGE_FAILED' | 'MLO_STAGE_TIMEOUT',
  spec: Where,
  message: string,
  tail: readonly string[],
  details: { readonly [key: string]: unknown },
): MloError {
  const output = tail.length === 0 ? '' : `\nIts last output:\n${tail.map((line) => `  ${line}`).join('\n')}`;
  return new MloError(code, message + output, {
    hint: `mlo logs ${shellWord(spec.address)}`,
    details: { stage: spec.address, ...details, output: tail, log: spec.logPath },
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function oneLine(command: string): string {
  const [first = '', ...rest] = command.trim().split('\n');
  return rest.length === 0 ? first : `${first} …`;
}
