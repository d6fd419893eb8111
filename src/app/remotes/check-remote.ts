import { MloError } from '../../core/errors/mlo-error.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { checkFormat } from '../../remote/format/remote-format.ts';
import { INDEX_FOLDER, PROBE_FOLDER } from '../../remote/keys.ts';
import type { Remote } from '../../remote/port.ts';
import { withProject } from '../project.ts';
import { withRemote } from '../transfer/connect.ts';
import type { AppContext } from '../types.ts';

export interface RemoteCheck {
  readonly name: 'read' | 'list' | 'write' | 'conditional write' | 'ranged read' | 'clock' | 'delete' | 'speed';
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  readonly hint?: string;
}

export interface RemoteCheckData {
  readonly remote: string;
  readonly address: string;
  /** Everything that push and pull need works. */
  readonly ok: boolean;
  readonly checks: readonly RemoteCheck[];
}

/** What push and pull do without. */
const OPTIONAL: ReadonlySet<RemoteCheck['name']> = new Set(['conditional write', 'clock', 'delete']);

const PROBE_BYTES = 8 * 1024 * 1024;

/** Tries on the remote itself what push and pull do there, below `probe/`, and tidies up. */
export async function remoteCheck(ctx: AppContext, name?: string): Promise<RemoteCheckData> {
  return await withProject(ctx, async (project) =>
    withRemote(project, name, async ({ remote, settings }) => {
      const checks = await allChecks(remote);
      return {
        remote: settings.name,
        address: remote.address,
        ok: checks.every((check) => check.ok || OPTIONAL.has(check.name)),
        checks,
      };
    }),
  );
}

async function allChecks(remote: Remote): Promise<readonly RemoteCheck[]> {
  const key = `${PROBE_FOLDER}${randomHex(16)}`;
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
  await check('read', async () => ((await checkFormat(remote)) ? 'a remote of mlo' : 'reachable; nothing was pushed yet'));
  await check('list', async () => {
    let count = 0;
    for await (const entry of remote.list(INDEX_FOLDER)) count += entry.size >= 0 ? 1 : 0;
    return count === 1 ? '1 index' : `${count} indexes`;
  });
  const startMs = performance.now();
  if (!(await check('write', async () => `${await remote.put(key, bytes)}`))) return checks;
  const writtenMs = performance.now();
  await check('ranged read', async () => {
    const part = await remote.getRange(key, PROBE_BYTES / 2, PROBE_BYTES / 2);
    if (part?.equals(bytes.subarray(PROBE_BYTES / 2)) !== true) throw wrong('a part of what was written comes back as other bytes');
    return 'the same bytes';
  });
  const readMs = performance.now();
  await check('clock', async () => await clockOf(remote, key));
  const small = `${key}-small`;
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
  } finally {
    await remote.delete(now);
  }
  if (serverMs === undefined) return 'the server does not say what time it is';
  const skewMs = writtenMs - serverMs;
  if (Math.abs(skewMs) <= EXACT_MS) return 'the same as here';
  const found = `this machine is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
  if (Math.abs(skewMs) < MOST_SKEW_MS) return found;
  throw new MloError('MLO_REMOTE', `${found}: requests are signed by the clock of the server, once it has refused one`, {
    hint: 'Set the clock of this machine',
  });
}

function wrong(what: string): MloError {
  return new MloError('MLO_REMOTE', what);
}
