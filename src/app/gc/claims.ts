import { existsSync } from 'node:fs';
import type { Root } from '../../cache/inventory/reach.ts';
import type { Digest } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import type { RunCacheEntry } from '../../cache/types.ts';
import { openGitHistory } from '../../fs/git-history.ts';
import type { Project } from '../project.ts';
import { lookProgress } from '../progress.ts';
import { readTracking } from '../read-tracking.ts';
import { historyContents, type CommitContents } from '../tracked/history-contents.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';
import { unlockedOuts, workspaceContents } from '../tracked/workspace-contents.ts';
import { requiredContents } from '../verify/required.ts';
import { workspaceLinks } from './workspace-links.ts';

/** Which revisions of Git are kept besides the workspace. */
export interface Scopes {
  readonly branches: boolean;
  readonly tags: boolean;
  /** So many commits of HEAD. */
  readonly commits: number;
  readonly allCommits: boolean;
  readonly runs: boolean;
}

export interface ProjectClaim {
  readonly label: string;
  /** What stands for it: names of branches and tags, numbers of commits and runs. */
  readonly of: string;
  readonly roots: readonly Root[];
  readonly contents: readonly NamedContent[];
  /** What symlinks of the workspace lead to: it stays where it is, whatever else has the same bytes. */
  readonly links?: readonly Digest[];
}

/**
 * What one project needs, by reason. Throws MLO_FORMAT and MLO_FORMAT_VERSION where a lock or pointer of its workspace cannot
 * be understood, MLO_GIT, MLO_TRACKING: what is not known cannot be kept.
 */
export async function projectClaims(
  project: Project,
  scopes: Scopes,
  withoutRuns: ReadonlySet<RunId> = new Set(),
): Promise<readonly ProjectClaim[]> {
  const workspace = await ofWorkspace(project);
  return [
    workspace,
    ...ofLinks(project, workspace),
    ...ofHistory(project, scopes),
    ...(scopes.runs ? await ofRuns(project, withoutRuns) : []),
  ];
}

async function ofWorkspace(project: Project): Promise<ProjectClaim> {
  const { contents, faults, files } = workspaceContents(project);
  const [fault] = faults;
  if (fault !== undefined) throw fault.error;
  const required = new Set((await requiredContents(project, contents)).contents);
  const all = [...contents, ...unlockedOuts(project)];
  return {
    label: 'workspace',
    of: files === 1 ? '1 lock or pointer' : `${files} locks and pointers`,
    contents: all,
    // What no cache must have (an out with `cache: false`) is kept where it is there, and not missed.
    roots: all.map((each) => (required.has(each) ? each.content : { ...each.content, mayBeMissing: true })),
  };
}

function ofLinks(project: Project, { contents }: ProjectClaim): readonly ProjectClaim[] {
  const links = workspaceLinks(
    project.root,
    contents.map(({ path }) => path),
    lookProgress(project.ctx.emit, 'the workspace'),
  );
  if (links.length === 0) return [];
  const roots = links.map((digest) => ({ digest, kind: 'file', mayBeMissing: true }) as const);
  return [{ label: 'workspace links', of: links.length === 1 ? '1 object' : `${links.length} objects`, contents: [], roots, links }];
}

function ofHistory(project: Project, scopes: Scopes): readonly ProjectClaim[] {
  const { branches, tags, commits, allCommits } = scopes;
  if (!branches && !tags && commits === 0 && !allCommits) return [];
  const history = openGitHistory(project.root);
  if (history === undefined) return [];
  const refs = branches || tags ? history.refs() : [];
  const chosen = [
    ...(branches ? [{ label: 'branches', commits: refs.filter(({ kind }) => kind === 'branch').map(({ commit }) => commit) }] : []),
    ...(tags ? [{ label: 'tags', commits: refs.filter(({ kind }) => kind === 'tag').map(({ commit }) => commit) }] : []),
    ...(commits > 0 ? [{ label: 'commits', commits: history.commits(commits) }] : []),
    ...(allCommits ? [{ label: 'all commits', commits: history.allCommits() }] : []),
  ];
  const contents = historyContents(history, [...new Set(chosen.flatMap((each) => each.commits))]);
  warnOfFaults(project, contents);
  return chosen.map(({ label, commits: ids }) => {
    const found = ids.flatMap((id) => contents.get(id) ?? []);
    const named = found.flatMap((each) => each.contents);
    const unclear = found.flatMap((each) => each.unclear.map((digest) => ({ digest })));
    return { label, of: String(ids.length), contents: named, roots: [...named.map(({ content }) => content), ...unclear] };
  });
}

function warnOfFaults(project: Project, commits: ReadonlyMap<string, CommitContents>): void {
  const faults = new Set([...commits.values()].flatMap((each) => each.faults.map(({ why }) => why)));
  for (const why of faults) project.ctx.emit({ type: 'warning', message: `In a commit ${why}; every digest that stands in it is kept` });
}

/** Deleted runs keep what they have until they are purged: they can be restored. */
async function ofRuns(project: Project, without: ReadonlySet<RunId>): Promise<readonly ProjectClaim[]> {
  if (!existsSync(project.trackingPath)) return [];
  const all = await readTracking(project, (tracking) => tracking.artifacts());
  const artifacts = all.filter(({ run }) => !without.has(run));
  const runs = new Set(artifacts.map(({ run }) => run)).size;
  return runs === 0 ? [] : [{ label: 'runs', of: String(runs), contents: [], roots: artifacts.map(({ content }) => content) }];
}

/** A result is kept where it is young, or a lock that is kept has the same outs: then it costs nothing. */
export function keepsRun(claims: readonly ProjectClaim[], youngSinceMs: number): (entry: RunCacheEntry) => boolean {
  const outs = new Set(claims.flatMap(({ contents }) => contents.map(({ path, content }) => `${content.digest} ${path}`)));
  return ({ run, outs: made }) => {
    if (run.startedMs + run.durationMs > youngSinceMs) return true;
    const all = Object.entries(made);
    return all.length > 0 && all.every(([path, { digest }]) => outs.has(`${digest} ${path}`));
  };
}
