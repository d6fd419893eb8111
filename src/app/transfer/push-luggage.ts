import { relative } from 'node:path';
import type { Content, Digest } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { IndexSet } from '../../remote/index-set.ts';
import { openForReading } from '../read-tracking.ts';
import type { Project } from '../project.ts';
import type { PushedRuns } from '../push.ts';
import type { Connection } from './connect.ts';
import { openResultsPush, type ResultsPush } from './push-results.ts';
import { openRunsPush, type RunsPush } from './push-runs.ts';

/** What travels beside the data: runs, and results of the run-cache. */
export interface Luggage {
  readonly runs: RunsPush;
  readonly results: ResultsPush;
}

export interface SentLuggage {
  readonly results: number;
  readonly bytes: number;
}

/** `stays`: what lies at that path is not for this remote. */
export async function openLuggage(
  project: Project,
  connection: Connection,
  isThere: boolean,
  index: IndexSet,
  stays: (path: ProjectPath) => boolean,
): Promise<Luggage> {
  const runs = await openRunsPush(project, connection, isThere);
  try {
    const cache = await project.cache();
    const isOwn = await ownership(project);
    const isOnRemote = (digest: Digest): boolean => index.has(Buffer.from(digest, 'hex'));
    const keepsBack = (run: RunId, path: ProjectPath): boolean => stays(path) || runs.keepsBack(run, path);
    const results = await openResultsPush(cache, connection, isThere, isOwn, isOnRemote, keepsBack);
    return { runs, results };
  } catch (error) {
    runs.close();
    throw error;
  }
}

/** A cache somewhere else may be one of several projects: what the runs of this one made is its own. */
async function ownership(project: Project): Promise<(run: RunId) => boolean> {
  if (!relative(project.sharedRoot, project.config.cacheDir).startsWith('..')) return () => true;
  const tracking = await openForReading(project);
  try {
    const own = new Set(tracking.exchange.select({ all: true }));
    return (run) => own.has(run);
  } finally {
    tracking.close();
  }
}

/** After all objects: results only where the remote has every byte of them. */
export async function sendLuggage({ runs, results }: Luggage, { remote, indexFolder }: Connection): Promise<SentLuggage> {
  if (runs.toSend + results.toSend === 0) return { results: 0, bytes: 0 };
  const runBytes = runs.toSend === 0 ? 0 : await runs.send();
  if (results.toSend === 0) return { results: 0, bytes: runBytes };
  const index = await IndexSet.load(remote, indexFolder);
  const hasAll = ({ digest }: Content): boolean => index.has(Buffer.from(digest, 'hex'));
  const { sent, bytes } = await results.send(hasAll);
  return { results: sent, bytes: runBytes + bytes };
}

/** `sent` absent: nothing was to be sent yet. */
export function tellLuggage({ runs, results }: Luggage, sent: SentLuggage | undefined): PushedRuns {
  return {
    sent: runs.toSend,
    there: runs.there,
    open: runs.open,
    results: { sent: sent?.results ?? results.toSend, there: results.there },
    damaged: [...runs.damaged, ...results.damaged],
  };
}
