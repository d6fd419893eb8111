import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson } from '../core/encoding/canonical-json.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { isGone, isProcessIdentity, ownIdentity, type ProcessIdentity } from '../fs/process-identity.ts';
import { randomHex } from '../fs/random-hex.ts';
import { LEASES_FOLDER } from './keys.ts';
import type { Remote } from './port.ts';

/**
 * Who writes (`push`) and who deletes (`gc`) on a remote, so that they are never at work at once. Each first puts its lease, then lists
 * those of others: of two that begin together at least one sees the other. A push that sees a gc takes its lease back and waits; a gc
 * that sees pushes keeps its own, waits until they have ended, and lists what there is only then. No server has to know conditions.
 */
export type LeaseKind = 'push' | 'gc';

export interface RemoteLease {
  /** When it was taken, by the clock of the server, Unix milliseconds; undefined where the server does not say. */
  readonly takenMs: number | undefined;
  /** Before anything that counts on it is done: costs a request only after a while. Throws MLO_REMOTE where somebody took the holder for dead. */
  confirm(): Promise<void>;
  /** Never throws: a lease that stays is one of a process that is gone. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly command: string;
  /** How long to wait for others, milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  /** Called once where it has to wait, with who is at work. */
  readonly onWait?: (who: string) => void;
}

/** A holder shows that it is alive at least this often while it works. */
const RENEW_MS = 10 * 60_000;
/** Whoever showed nothing for so long, by the clock of the server, is taken for dead. */
const STALE_MS = 60 * 60_000;
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
const LARGEST_LEASE = 64 * 1024;

/** Throws MLO_LOCKED (who is at work), MLO_REMOTE, MLO_INTERRUPTED. */
export async function takeLease(remote: Remote, kind: LeaseKind, options: LeaseOptions): Promise<RemoteLease> {
  const deadlineMs = Date.now() + options.waitMs;
  let lease = await HeldLease.put(remote, kind, options);
  try {
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const others = await lease.othersInTheWay();
      const [first] = others;
      if (first === undefined) return lease;
      const withdraws = kind === 'push' || first.kind === 'gc';
      if (withdraws) await lease.release();
      if (Date.now() >= deadlineMs) throw locked(remote, first, others.length);
      if (pauseMs === SHORTEST_PAUSE_MS) options.onWait?.(first.who);
      const jitter = 0.5 + Math.random() / 2;
      const ms = Math.min(pauseMs * jitter, Math.max(1, deadlineMs - Date.now()));
      await sleep(ms, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(interrupted);
      if (withdraws) lease = await HeldLease.put(remote, kind, options);
    }
  } catch (error) {
    await lease.release();
    throw error;
  }
}

interface OtherLease {
  readonly kind: LeaseKind;
  /** `mlo gc --remote on host, process 12, since …`. */
  readonly who: string;
}

class HeldLease implements RemoteLease {
  readonly #remote: Remote;
  readonly #kind: LeaseKind;
  readonly #command: string;
  readonly #since = new Date().toISOString();
  #key = '';
  /** All that may lie there: of a put that failed nobody knows whether it arrived. */
  readonly #keys = new Set<string>();
  #shownMs = 0;
  takenMs: number | undefined;
  #isLost = false;
  /** Never rejects. */
  #renewing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  static async put(remote: Remote, kind: LeaseKind, { command }: LeaseOptions): Promise<HeldLease> {
    const lease = new HeldLease(remote, kind, command);
    try {
      lease.#isShown(await lease.#show());
    } catch (error) {
      await lease.release();
      throw error;
    }
    // What fails here is tried again by `confirm`, which looks at the age.
    lease.#timer = setInterval(() => void lease.#renew().catch(() => undefined), RENEW_MS).unref();
    return lease;
  }

  private constructor(remote: Remote, kind: LeaseKind, command: string) {
    this.#remote = remote;
    this.#kind = kind;
    this.#command = command;
  }

  async confirm(): Promise<void> {
    // A machine that slept counts too: wall time, not time at work.
    if (Math.abs(Date.now() - this.#shownMs) > 2 * RENEW_MS) await this.#renew();
    await this.#renewing;
    if (!this.#isLost) return;
    throw new MloError('MLO_REMOTE', `${this.#remote.address}: this ${this.#kind} was taken for dead, so nothing more was changed there`, {
      hint: 'Run the same command again: what arrived is not sent again',
    });
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    this.#key = '';
    // Some may put and not delete; others see by its age that nobody is at work.
    for (const key of this.#keys) await this.#delete(key).catch(() => undefined);
  }

  /** Those that must end first. What the dead have left is taken away. */
  async othersInTheWay(): Promise<readonly OtherLease[]> {
    const all: { readonly key: string; readonly modifiedMs?: number }[] = [];
    for await (const entry of this.#remote.list(LEASES_FOLDER)) all.push(entry);
    const nowMs = all.find(({ key }) => key === this.#key)?.modifiedMs;
    this.takenMs ??= nowMs;
    const others: OtherLease[] = [];
    for (const { key, modifiedMs } of all) {
      const kind = kindOf(key);
      if (this.#keys.has(key) || kind === undefined || (kind === 'push' && this.#kind === 'push')) continue;
      const holder = await this.#holderOf(key);
      if (holder === undefined) continue;
      const isStale = nowMs !== undefined && modifiedMs !== undefined && nowMs - modifiedMs > STALE_MS;
      if (isStale || (holder !== 'unknown' && isGone(holder))) await this.#remote.delete(key);
      else others.push({ kind, who: describe(kind, holder) });
    }
    return others;
  }

  /** A key of its own each time: what lies at a key never changes. */
  async #show(): Promise<Shown> {
    const key = `${LEASES_FOLDER}${this.#kind}-${randomHex(24)}`;
    const shownMs = Date.now();
    const text = canonicalJson({ ...ownIdentity(), command: this.#command, since: this.#since }, 2);
    this.#keys.add(key);
    await this.#remote.put(key, Buffer.from(text));
    return { key, shownMs };
  }

  #isShown({ key, shownMs }: Shown): void {
    this.#key = key;
    this.#shownMs = shownMs;
  }

  async #delete(key: string): Promise<void> {
    await this.#remote.delete(key);
    this.#keys.delete(key);
  }

  #renew(): Promise<void> {
    const renewed = this.#renewing.then(async () => {
      const before = this.#key;
      if (before === '') return;
      const shown = await this.#show();
      // Only who has seen that the one before was still there has held it all the time.
      this.#isLost ||= (await this.#remote.stat(before)) === undefined;
      this.#isShown(shown);
      await this.#delete(before);
    });
    this.#renewing = renewed.catch(() => undefined);
    return renewed;
  }

  async #holderOf(key: string): Promise<Holder | 'unknown' | undefined> {
    const bytes = await this.#remote.get(key, LARGEST_LEASE);
    if (bytes === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'));
      return isProcessIdentity(value) ? (value as Holder) : 'unknown';
    } catch {
      return 'unknown';
    }
  }
}

interface Shown {
  readonly key: string;
  readonly shownMs: number;
}

interface Holder extends ProcessIdentity {
  readonly since?: unknown;
}

function kindOf(key: string): LeaseKind | undefined {
  const [, kind] = /^leases\/(push|gc)-[0-9a-f]+$/.exec(key) ?? [];
  return kind as LeaseKind | undefined;
}

function describe(kind: LeaseKind, holder: Holder | 'unknown'): string {
  if (holder === 'unknown') return `a ${kind} of somebody`;
  const since = typeof holder.since === 'string' ? `, since ${holder.since}` : '';
  return `a ${kind} on ${holder.host}, process ${holder.pid}${since}`;
}

function locked(remote: Remote, { who }: OtherLease, count: number): MloError {
  const more = count === 1 ? '' : `, and ${count - 1} more like it`;
  return new MloError('MLO_LOCKED', `At ${remote.address} somebody else is at work: ${who}${more}`, {
    hint: 'Run the command again when that has ended; what was killed on another machine is forgotten after an hour',
  });
}

function interrupted(error: unknown): never {
  if ((error as Error).name === 'AbortError') throw new MloError('MLO_INTERRUPTED', 'Interrupted');
  throw error;
}
