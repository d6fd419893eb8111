import { isDigest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { checkFormat } from '../../remote/format/remote-format.ts';
import { INDEX_FOLDER, PROBE_FOLDER } from '../../remote/keys.ts';
import type { Remote, RemoteEntry } from '../../remote/port.ts';
import { withProject } from '../project.ts';
import { withRemote } from '../transfer/connect.ts';
import type { AppContext } from '../types.ts';

interface RemoteCheck {
  readonly name: 'read' | 'list' | 'write' | 'conditional write' | 'ranged read' | 'clock' | 'delete' | 'speed';
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  readonly hint?: string;
  /** What it takes could not be had: nothing is known of it. */
  readonly skipped?: true;
}

export interface RemoteCheckData {
  readonly remote: string;
  readonly address: string;
  /** Everything that push and pull need works. */
  readonly ok: boolean;
  /** What these credentials let one do, as far as it was found out. */
  readonly works: { readonly pull: boolean; readonly push: boolean; readonly gc: boolean };
  readonly checks: readonly RemoteCheck[];
}

const PROBE_BYTES = 8 * 1024 * 1024;
/** Of what lies there already no more is read than this, bytes. */
const MOST_READ = 64 * 1024 * 1024;

/** Tries on the remote itself what push and pull do there, below `probe/`, and tidies up. What may not be written to is tried with what lies there. */
export async function remoteCheck(ctx: AppContext, name?: string): Promise<RemoteCheckData> {
  return await withProject(ctx, async (project) =>
    withRemote(project, name, async ({ remote, settings }) => {
      const checks = await checksOf(remote);
      const works = worksOf(checks);
      return { remote: settings.name, address: remote.address, ok: works.push, works, checks };
    }),
  );
}

function worksOf(checks: readonly RemoteCheck[]): RemoteCheckData['works'] {
  const failed = new Set(checks.filter(({ ok }) => !ok).map((each) => each.name));
  const isSkipped = checks.some((each) => each.name === 'ranged read' && each.skipped === true);
  const pull = !failed.has('read') && !failed.has('list') && (isSkipped || !failed.has('ranged read'));
  const push = pull && !failed.has('write');
  return { pull, push, gc: push && !failed.has('delete') };
}

async function checksOf(remote: Remote): Promise<readonly RemoteCheck[]> {
  const key = `${PROBE_FOLDER}${randomHex(16)}`;
  const small = `${key}-small`;
  try {
    return await allChecks(remote, key, small);
  } catch (error) {
    for (const written of [key, small]) await remote.delete(written).catch(() => undefined);
    throw error;
  }
}

/** Writes at both keys. Throws MLO_INTERRUPTED; what it has written then lies there. */
async function allChecks(remote: Remote, key: string, small: string): Promise<readonly RemoteCheck[]> {
  const bytes = Buffer.alloc(PROBE_BYTES, `${key} `);
  const checks: RemoteCheck[] = [];
  const check = async (what: RemoteCheck['name'], work: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ name: what, ok: true, found: await work() });
      return true;
    } catch (error) {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
      // Whoever reads this need not be told to run it.
      const hint = error.hint?.includes('mlo remote check') === true ? undefined : error.hint;
      checks.push({ name: what, ok: false, found: error.message, ...(hint === undefined ? {} : { hint }) });
      return false;
    }
  };
  const skip = (what: RemoteCheck['name'], why: string): void =>
    void checks.push({ name: what, ok: false, found: `not tried: ${why}`, skipped: true });
  await check('read', async () => ((await checkFormat(remote)) ? 'a remote of mlo' : 'reachable; nothing was pushed yet'));
  const indexes: RemoteEntry[] = [];
  await check('list', async () => {
    for await (const entry of remote.list(INDEX_FOLDER)) indexes.push(entry);
    return indexes.length === 1 ? '1 index' : `${indexes.length} indexes`;
  });
  const startMs = performance.now();
  if (!(await check('write', async () => `${await remote.put(key, bytes)}`))) {
    const [index] = indexes.filter(isReadable).sort((a, b) => a.size - b.size);
    if (index === undefined) skip('ranged read', 'nothing can be written, and nothing lies there');
    else await check('ranged read', async () => await readInRanges(remote, index));
    if (remote.clockAheadMs === undefined) skip('clock', 'nothing can be written');
    else await check('clock', async () => clockText(remote.clockAheadMs));
    skip('conditional write', 'nothing can be written');
    skip('delete', 'nothing can be written');
    return checks;
  }
  const writtenMs = performance.now();
  await check('ranged read', async () => {
    const part = await remote.getRange(key, PROBE_BYTES / 2, PROBE_BYTES / 2);
    if (part?.equals(bytes.subarray(PROBE_BYTES / 2)) !== true) throw wrong('a part of what was written comes back as other bytes');
    return 'the same bytes';
  });
  const readMs = performance.now();
  await check('clock', async () => await clockOf(remote, key));
  await check('conditional write', async () => {
    await remote.put(small, Buffer.from('1'));
    if ((await remote.put(small, Buffer.from('2'))) !== 'there')
      throw new MloError(
        'MLO_REMOTE',
        'the server ignores If-None-Match: packs and indexes are safe all the same, since equal names have equal bytes',
      );
    return 'what is there is not overwritten';
  });
  await check('delete', async () => {
    await remote.delete(key);
    await remote.delete(small);
    if ((await remote.stat(key)) !== undefined) throw wrong('what was deleted is still there');
    return 'gone';
  });
  const rate = (bytesDone: number, ms: number): string => `${(bytesDone / 1e6 / (ms / 1000)).toFixed(0)} MB/s`;
  checks.push({
    name: 'speed',
    ok: true,
    found: `${rate(PROBE_BYTES, writtenMs - startMs)} up, ${rate(PROBE_BYTES / 2, readMs - writtenMs)} down (one request at a time)`,
  });
  return checks;
}

/** More than this and signatures are refused, milliseconds. */
const MOST_SKEW_MS = 5 * 60_000;
/** Servers tell whole seconds. */
const EXACT_MS = 2_000;

async function clockOf(remote: Remote, key: string): Promise<string> {
  const writtenMs = Date.now();
  const now = `${key}-now`;
  let serverMs: number | undefined;
  try {
    await remote.put(now, Buffer.from('1'));
    for await (const entry of remote.list(PROBE_FOLDER)) if (entry.key === now) serverMs = entry.modifiedMs;
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_REMOTE' || remote.clockAheadMs === undefined) throw error;
  } finally {
    await remote.delete(now).catch(() => undefined);
  }
  return clockText(serverMs === undefined ? remote.clockAheadMs : writtenMs - serverMs);
}

/** `aheadMs`: how far this machine is ahead. */
function clockText(aheadMs: number | undefined): string {
  if (aheadMs === undefined) return 'the server does not say what time it is';
  if (Math.abs(aheadMs) <= EXACT_MS) return 'the same as here';
  const found = `this machine is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
  if (Math.abs(aheadMs) < MOST_SKEW_MS) return found;
  throw new MloError('MLO_REMOTE', `${found}: requests are signed by the clock of the server, once it has refused one`, {
    hint: 'Set the clock of this machine',
  });
}

function isReadable({ key, size }: RemoteEntry): boolean {
  return isDigest(key.slice(INDEX_FOLDER.length)) && size > 1 && size <= MOST_READ;
}

/** In two parts, of which together the name tells the digest. */
async function readInRanges(remote: Remote, { key, size }: RemoteEntry): Promise<string> {
  const half = Math.floor(size / 2);
  const parts = [await remote.getRange(key, 0, half), await remote.getRange(key, half, size - half)];
  const bytes = Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0)));
  if (hashBytes(bytes) !== key.slice(INDEX_FOLDER.length)) throw wrong(`parts of ${key} come back as other bytes than its name promises`);
  return 'the same bytes';
}

function wrong(what: string): MloError {
  return new MloError('MLO_REMOTE', what);
}
