import { lstatSync, readlinkSync } from 'node:fs';
import { isErrno } from './errno.ts';
import { hashBytes } from './hash.ts';
import { ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { randomHex } from './random-hex.ts';

/**
 * The holder of a lock as the target of a symlink that leads nowhere, for a disk that has no block left for a file: file systems
 * keep targets of up to 59 bytes in the inode (ext4; others more). Like a hard link it appears whole or not at all.
 * `mlo1.<pid>.<start ticks>.<host>.<boot>.<pid namespace>.<nonce>`, the last four in hexadecimal, numbers in base 36;
 * host, boot and namespace are the first 8 characters of the BLAKE3 of their names, or nothing.
 */
export function shortLock(): string {
  const { pid, host, startTicks, boot, pidNamespace } = ownIdentity();
  const ticks = startTicks === undefined ? '' : Number(startTicks).toString(36);
  return ['mlo1', pid.toString(36), ticks, mark(host), mark(boot), mark(pidNamespace), randomHex(8)].join('.');
}

const SHORT = /^mlo1\.([0-9a-z]+)\.([0-9a-z]*)\.([0-9a-f]{8})\.([0-9a-f]{8})?\.([0-9a-f]{8})?\.[0-9a-f]{8}$/;

/** Whose lock it is, with the names of this machine where they are the same; undefined where the text is none of `shortLock`. */
export function parseShortLock(text: string): ProcessIdentity | undefined {
  const [, pid, ticks, host, boot, namespace] = SHORT.exec(text) ?? [];
  if (pid === undefined || host === undefined) return undefined;
  const own = ownIdentity();
  return {
    pid: Number.parseInt(pid, 36),
    host: nameOf(host, own.host) ?? 'another machine',
    ...(ticks === undefined || ticks === '' ? {} : { startTicks: String(Number.parseInt(ticks, 36)) }),
    ...named('boot', nameOf(boot, own.boot)),
    ...named('pidNamespace', nameOf(namespace, own.pidNamespace)),
  };
}

/** The target of a symlink; undefined where there is none (any more), or something else. */
export function readShortLock(path: string): { readonly text: string; readonly sinceMs: number } | undefined {
  try {
    return { text: readlinkSync(path), sinceMs: lstatSync(path).mtimeMs };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EINVAL')) return undefined;
    throw error;
  }
}

function mark(name: string | undefined): string {
  return name === undefined ? '' : hashBytes(Buffer.from(name)).slice(0, 8);
}

function nameOf(marked: string | undefined, own: string | undefined): string | undefined {
  if (marked === undefined || marked === '') return undefined;
  return own !== undefined && mark(own) === marked ? own : `another (${marked})`;
}

function named(key: 'boot' | 'pidNamespace', value: string | undefined): { [name: string]: string } {
  return value === undefined ? {} : { [key]: value };
}
