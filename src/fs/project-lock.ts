import { linkSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MloError } from '../core/errors/mlo-error.ts';
import { asIoError, isDiskFull, isErrno } from './errno.ts';
import { isGone, isProcessIdentity, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { randomHex } from './random-hex.ts';
import { parseShortLock, readShortLock, shortLock } from './short-lock.ts';
import { temporaryName } from './temporary-name.ts';
import { writeFileAtomic } from './write-atomic.ts';

/** The content of a lock file, as JSON. `since`: ISO 8601, UTC. */
export interface LockHolder extends ProcessIdentity {
  readonly command: string;
  readonly since: string;
}

export interface AcquireOptions {
  readonly command: string;
  /** How long to wait for another holder, milliseconds; absent = not at all. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** What a holder is said to do; default: is writing in this project. */
  readonly doing?: string;
}

export interface HeldLock {
  release(): void;
}

const POLL_MS = 50;
/** A lock file is linked into place whole; one that cannot be read this long after is a power loss's leftover. */
const UNREADABLE_MS = 10_000;

/**
 * Becomes the one holder of the lock file at `path`. A lock whose process is certainly dead is taken
 * over. Throws MLO_LOCKED (who holds it), MLO_INTERRUPTED, MLO_CACHE_IO.
 */
export async function acquireLock(path: string, options: AcquireOptions): Promise<HeldLock> {
  const deadline = Date.now() + (options.waitMs ?? 0);
  for (;;) {
    throwIfInterrupted(options.signal);
    const attempt = tryLock(path, options.command);
    if (attempt !== undefined) return attempt;
    if (Date.now() >= deadline) throw lockedError(path, readLock(path), options);
    await delay(
      Math.min(POLL_MS, Math.max(1, deadline - Date.now())),
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch(() => throwIfInterrupted(options.signal));
  }
}

/** Who holds the lock now; undefined where nobody does, or where the holder is certainly dead. Never blocks. */
export function readLock(path: string): LockHolder | undefined {
  const holder = readHolder(path);
  return holder === undefined || holder === 'unreadable' || isGone(holder) ? undefined : holder;
}

/** Somebody holds the lock, or may: also one whose lock file cannot be read yet. */
export function isLockHeld(path: string): boolean {
  return readHolder(path) !== undefined && !isStale(path);
}

/** Like `acquireLock`, without waiting: undefined where another process holds it. */
export function tryLock(path: string, command: string): HeldLock | undefined {
  try {
    return linkOwn(path, command) ?? takeOver(path, command);
  } catch (error) {
    throw asIoError(error, 'write the lock file', path);
  }
}

/** A hard link appears whole or not at all, and never over another file. */
function linkOwn(path: string, command: string): HeldLock | undefined {
  const { temporary, text, isShort } = writeOwn(path, command);
  try {
    if (isShort) symlinkSync(text, path);
    else placeWhole(temporary, path, text);
    return heldLock(path, text);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return undefined;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

function placeWhole(temporary: string, path: string, text: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    // A file system without hard links: exclusive all the same, only not whole at once.
    writeFileSync(path, text, { flag: 'wx' });
  }
}

/**
 * Replaces a dead holder's lock. Only one process may try at a time, else a second one could replace
 * the first one's fresh lock: the right to try is itself a lock, and can be taken over in the same way.
 */
function takeOver(path: string, command: string): HeldLock | undefined {
  if (!isStale(path)) return undefined;
  const right = tryLock(`${path}.takeover`, command);
  if (right === undefined) return undefined;
  try {
    if (!isStale(path)) return linkOwn(path, command);
    const own = writeOwn(path, command);
    renameSync(own.temporary, path);
    return heldLock(path, own.text);
  } finally {
    right.release();
  }
}

function isStale(path: string): boolean {
  const holder = readHolder(path);
  if (holder === undefined) return false;
  if (holder !== 'unreadable') return isGone(holder);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > UNREADABLE_MS;
}

/** Somebody may have deleted the file by hand, and another process made a new one: that is not ours to release. */
function heldLock(path: string, text: string): HeldLock {
  return {
    release() {
      if (readText(path) === text) rmSync(path, { force: true });
    },
  };
}

/** On a full disk what is written is a symlink: `shortLock`. */
function writeOwn(path: string, command: string): { temporary: string; text: string; isShort: boolean } {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  const holder: LockHolder = { ...ownIdentity(), command, since: new Date().toISOString() };
  const text = `${JSON.stringify({ ...holder, nonce: randomHex(32) })}\n`;
  try {
    writeFileAtomic(temporary, text);
    return { temporary, text, isShort: false };
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const short = shortLock();
    symlinkSync(short, temporary);
    return { temporary, text: short, isShort: true };
  }
}

function readHolder(path: string): LockHolder | 'unreadable' | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const short = parseShortLock(text);
  if (short !== undefined) {
    return { ...short, command: 'mlo', since: new Date(readShortLock(path)?.sinceMs ?? Date.now()).toISOString() };
  }
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw asIoError(error, 'read the lock file', path);
    return readShortLock(path)?.text;
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (!isProcessIdentity(value)) return false;
  const { command, since } = value as { command?: unknown; since?: unknown };
  return typeof command === 'string' && typeof since === 'string';
}

function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MloError('MLO_INTERRUPTED', 'Interrupted while waiting for another mlo command');
}

function lockedError(path: string, holder: LockHolder | undefined, { waitMs, doing }: AcquireOptions): MloError {
  const who =
    holder === undefined ? 'Another mlo command' : `\`${holder.command}\` (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  const waited = waitMs === undefined || waitMs === 0 ? '' : `; waited ${Math.round(waitMs / 100) / 10} s`;
  return new MloError('MLO_LOCKED', `${who} ${doing ?? 'is writing in this project'}${waited}`, {
    hint: `Wait for it with --wait, or, if that process is certainly gone, delete ${path}`,
    details: {
      path,
      ...(holder === undefined ? {} : { pid: holder.pid, host: holder.host, command: holder.command, since: holder.since }),
    },
  });
}
