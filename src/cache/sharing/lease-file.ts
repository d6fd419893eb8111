import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../../fs/errno.ts';
import { isGone, isProcessIdentity, ownIdentity, type ProcessIdentity } from '../../fs/process-identity.ts';
import { shareFile } from '../../fs/shared-folder.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { namesIn } from '../../fs/names-in.ts';

/** Who writes into a cache, as JSON in `leases/<id>.json`. `since`: ISO 8601, UTC. */
export interface LeaseHolder extends ProcessIdentity {
  readonly command: string;
  readonly since: string;
  /** Project root of the command. */
  readonly root: string;
}

export interface LiveLease {
  readonly file: string;
  /** Undefined where the file cannot be read: it is being written now, or belongs to a user who hides it. */
  readonly holder: LeaseHolder | undefined;
}

const ENDING = '.json';
/** A lease is written in one go; one that cannot be read this long after is a crash's leftover, milliseconds. */
const UNREADABLE_MS = 10_000;

/** Returns the file. It is there, and so seen by whoever looks, before its text is. */
export function writeLease(folder: string, holder: Pick<LeaseHolder, 'command' | 'root'>): string {
  const file = join(folder, `${process.pid}-${randomHex(16)}${ENDING}`);
  const { command, root } = holder;
  const lease: LeaseHolder = { ...ownIdentity(), command, root, since: new Date().toISOString() };
  const handle = openSync(file, 'wx');
  try {
    shareFile(handle, folder);
    writeAll(handle, Buffer.from(`${JSON.stringify(lease)}\n`));
  } catch (error) {
    removeLease(file);
    throw error;
  } finally {
    closeSync(handle);
  }
  return file;
}

export function removeLease(file: string): void {
  rmSync(file, { force: true });
}

/** Leases of processes that may still be at work; those of dead ones are taken away. */
export function liveLeases(folder: string): readonly LiveLease[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(ENDING))
    .flatMap((name): readonly LiveLease[] => {
      const file = join(folder, name);
      const holder = readLease(file);
      if (holder === 'gone') return [];
      if (holder === 'hidden' || (holder === 'unreadable' && !isOld(file))) return [{ file, holder: undefined }];
      if (holder !== 'unreadable' && !isGone(holder)) return [{ file, holder }];
      removeStale(file);
      return [];
    });
}

export function isOwn({ holder }: LiveLease): boolean {
  const own = ownIdentity();
  return (
    holder?.pid === own.pid && holder.host === own.host && holder.startTicks === own.startTicks && holder.pidNamespace === own.pidNamespace
  );
}

/** Names are never used again, so a stale file that is there is the one that was looked at. */
function removeStale(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    // Somebody else's, in a folder that is not ours to tidy up: it stays, and says nothing.
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

/** `hidden`: it may not be read by this user, and so counts. */
function readLease(file: string): LeaseHolder | 'unreadable' | 'hidden' | 'gone' {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isHolder(value) ? value : 'unreadable';
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone';
    if (isErrno(error, 'EACCES', 'EPERM')) return 'hidden';
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function isHolder(value: unknown): value is LeaseHolder {
  if (!isProcessIdentity(value)) return false;
  const { command, since, root } = value as Partial<LeaseHolder>;
  return typeof command === 'string' && typeof since === 'string' && typeof root === 'string';
}

function isOld(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined || Date.now() - stat.mtimeMs > UNREADABLE_MS;
}
