import { join } from 'node:path';
import { hashBytes } from '../../fs/hash.ts';
import { checkFormat } from '../../remote/format/remote-format.ts';
import type { BatchFolder } from '../../remote/batches/send-batches.ts';
import { IndexSet } from '../../remote/index-set.ts';
import { takeLease, type LeaseKind, type RemoteLease } from '../../remote/leases.ts';
import { RUN_CACHE_FOLDER, runsFolder } from '../../remote/keys.ts';
import type { Remote } from '../../remote/port.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import type { Project } from '../project.ts';
import type { TransferScope } from './choose-contents.ts';
import { chooseRemote } from '../remotes/load-remotes.ts';

export interface Connection {
  readonly remote: Remote;
  readonly settings: RemoteSettings;
  /** Where copies of its indexes are kept. */
  readonly indexFolder: string;
  readonly signal: AbortSignal;
}

/** Opens the remote for as long as `work` runs. Throws MLO_REMOTE_UNKNOWN, MLO_CONFIG. */
export async function withRemote<T>(
  project: Project,
  name: string | undefined,
  work: (connection: Connection) => Promise<T>,
  changes: Pick<RemoteSettings, 'limitRate'> = {},
): Promise<T> {
  const settings = { ...(await chooseRemote(project.root, project.ctx.env, name)), ...changes };
  const { openRemote } = await import('../../remote/open-remote.ts');
  const remote = await openRemote(settings, project.ctx.signal);
  const id = hashBytes(JSON.stringify([settings.url, settings.endpoint ?? ''])).slice(0, 16);
  try {
    return await work({ remote, settings, indexFolder: join(project.stateDir, 'remotes', id), signal: project.ctx.signal });
  } finally {
    remote.close();
  }
}

/** How to transfer, for push and fetch alike. */
export interface TransferOptions extends TransferScope {
  readonly remote?: string;
  /** Transfers at a time. */
  readonly jobs?: number;
  /** Only says what would travel. */
  readonly dry: boolean;
  /** Also runs that have ended with their artifacts, and results of the run-cache; only where there are no targets and no `rev`. */
  readonly runs: boolean;
  /** Bytes a second, instead of what is configured. */
  readonly limitRate?: number;
}

/** The remote of these options, at their rate. */
export async function withRemoteOf<T>(
  project: Project,
  options: TransferOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { remote, limitRate } = options;
  return await withRemote(project, remote, work, limitRate === undefined ? {} : { limitRate });
}

/** For others that are at work there, where nothing else was said. */
const WAIT_MS = 60_000;

/** Says for whom it waits. Throws as `takeLease`. */
export async function leaseOn({ remote }: Connection, kind: LeaseKind, { ctx }: Project): Promise<RemoteLease> {
  return await takeLease(remote, kind, {
    command: ctx.command,
    waitMs: ctx.waitMs ?? WAIT_MS,
    signal: ctx.signal,
    onWait: (who) => ctx.emit({ type: 'note', message: `Waiting for ${who}` }),
  });
}

/** Where batches of the project's runs lie. */
export function runsPlace(project: Project, connection: Connection): BatchFolder {
  return placeOf(connection, runsFolder(project.config.space), `runs-${project.config.space}`);
}

export function resultsPlace(connection: Connection): BatchFolder {
  return placeOf(connection, RUN_CACHE_FOLDER, 'run-cache');
}

function placeOf({ remote, indexFolder, signal }: Connection, folder: string, name: string): BatchFolder {
  return { remote, folder, kept: join(indexFolder, name), signal };
}

/** What is known of runs here, whichever remote they come from or go to. */
export function seenPath(project: Project): string {
  return join(project.stateDir, 'seen-runs');
}

/** What the remote has; nothing where nothing was pushed to it yet. Throws MLO_FORMAT_VERSION, MLO_REMOTE, MLO_REMOTE_CORRUPT. */
export async function loadIndexes({ remote, indexFolder }: Connection): Promise<IndexSet> {
  return (await checkFormat(remote)) ? await IndexSet.load(remote, indexFolder) : IndexSet.none;
}
