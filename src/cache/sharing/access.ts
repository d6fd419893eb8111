import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { acquireLock, isLockHeld, readLock, type HeldLock, type LockHolder } from '../../fs/project-lock.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';
import { isOwn, liveLeases, removeLease, writeLease, type LiveLease } from './lease-file.ts';

export interface AccessOptions {
  readonly command: string;
  /** Project root of the command, for messages. */
  readonly root: string;
  /** How long to wait for others, milliseconds; absent = a moment, since most are done in one. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** Without --wait: two commands that start in the same moment must not refuse each other. */
const MOMENT_MS = 1000;
const POLL_MS = 20;

/**
 * The right to store objects and to count on those that are there, beside other writers, until it is released. A command
 * that deletes objects (`exclusiveAccess`) is waited for. Throws MLO_LOCKED, MLO_INTERRUPTED, MLO_CACHE_IO.
 *
 * Each side first shows itself and then looks for the other, so that of two that start together at least one sees the
 * other: a writer writes its lease and then looks for the lock, the deleter takes the lock and then looks for leases.
 */
export async function sharedAccess(cacheDir: string, options: AccessOptions): Promise<HeldLock> {
  const lock = lockOf(cacheDir);
  const deadline = deadlineOf(options);
  for (;;) {
    throwIfInterrupted(options.signal);
    const lease = withCacheErrors(cacheDir, () => newLease(cacheDir, options));
    if (!isHeld(lock, lease)) return { release: () => removeLease(lease) };
    removeLease(lease);
    if (Date.now() >= deadline) throw deletingError(cacheDir, readLock(lock), options.waitMs);
    await pause(options.signal);
  }
}

/**
 * The right to delete objects: nobody writes into the cache until it is released. A process's own lease does not count, so
 * release it where something else could wait for it. Readers need no right: what is deleted is what no lock, pointer or
 * run names; and what moves to another place is there, and durable, before it goes from the old one, so that a reader that
 * misses it finds it by looking once more (a file that is open stays readable).
 */
export async function exclusiveAccess(cacheDir: string, options: AccessOptions): Promise<HeldLock> {
  const deadline = deadlineOf(options);
  const held = await acquireLock(lockOf(cacheDir), {
    command: options.command,
    doing: `is deleting from the cache ${cacheDir}`,
    waitMs: options.waitMs ?? MOMENT_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    for (;;) {
      throwIfInterrupted(options.signal);
      const [other] = writersOf(cacheDir).filter((lease) => !isOwn(lease));
      if (other === undefined) return held;
      if (Date.now() >= deadline) throw writingError(other, options.waitMs);
      await pause(options.signal);
    }
  } catch (error) {
    held.release();
    throw error;
  }
}

/** Who may be writing into the cache now. Never waits. */
export function writersOf(cacheDir: string): readonly LiveLease[] {
  return withCacheErrors(cacheDir, () => liveLeases(join(cacheDir, LEASES)));
}

const LEASES = 'leases';

function newLease(cacheDir: string, options: AccessOptions): string {
  const folder = join(cacheDir, LEASES);
  makeSharedFolder(folder);
  return writeLease(folder, options);
}

function lockOf(cacheDir: string): string {
  return join(cacheDir, 'gc.lock');
}

function isHeld(lock: string, lease: string): boolean {
  try {
    return isLockHeld(lock);
  } catch (error) {
    removeLease(lease);
    throw error;
  }
}

function deadlineOf({ waitMs }: AccessOptions): number {
  return Date.now() + (waitMs ?? MOMENT_MS);
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await delay(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => throwIfInterrupted(signal));
}

function withCacheErrors<T>(cacheDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asIoError(error, 'use the cache', cacheDir);
  }
}

function deletingError(cacheDir: string, holder: LockHolder | undefined, waitMs: number | undefined): MloError {
  const who = holder === undefined ? 'Another mlo command' : named(holder);
  return new MloError('MLO_LOCKED', `${who} is deleting from the cache ${cacheDir}${waited(waitMs)}`, {
    hint: `Wait for it with --wait, or, if that process is certainly gone, delete ${lockOf(cacheDir)}`,
    details: { path: lockOf(cacheDir), ...whoFields(holder) },
  });
}

function writingError({ file, holder }: LiveLease, waitMs: number | undefined): MloError {
  const who = holder === undefined ? 'Another mlo command' : `${named(holder)} of the project ${holder.root}`;
  return new MloError('MLO_LOCKED', `${who} is writing into the cache${waited(waitMs)}`, {
    hint: `Wait for it with --wait, or, if that process is certainly gone, delete ${file}`,
    details: { path: file, ...(holder === undefined ? {} : { root: holder.root }), ...whoFields(holder) },
  });
}

function whoFields(holder: LockHolder | undefined): { readonly [key: string]: unknown } {
  return holder === undefined ? {} : { pid: holder.pid, host: holder.host, command: holder.command, since: holder.since };
}

function named({ command, pid, host, since }: LockHolder): string {
  return `\`${command}\` (process ${pid} on ${host}, since ${since})`;
}

function waited(waitMs: number | undefined): string {
  return waitMs === undefined || waitMs === 0 ? '' : `; waited ${Math.round(waitMs / 100) / 10} s`;
}
