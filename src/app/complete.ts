import type { ProjectPath } from '../core/stage.ts';
import { hasControlCharacters } from '../core/text/control-characters.ts';
import type { Tracking } from '../tracking/types.ts';
import { findRoot } from './find-root.ts';
import { inspectProjectPipeline, loadProjectPipeline, pipelineFiles } from './load-pipeline.ts';
import { withProject, type Project } from './project.ts';
import { textReader } from './read-text.ts';
import type { AppContext } from './types.ts';

/** What may stand in place of a word, and what it is. Neither holds a control character. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** More than anybody reads. */
const MOST = 200;
const ABOUT_WIDTH = 60;
/** Characters of a run id that are offered, as the tables show them. */
const ID_LENGTH = 8;

/** What `mlo __complete` knows the values of. */
export type CompletionKind = 'stages' | 'params' | 'runs' | 'experiments' | 'remotes' | 'revisions';

type Source = (ctx: AppContext, prefix: string) => Promise<readonly Candidate[]>;

const SOURCES: { readonly [K in CompletionKind]: Source } = {
  stages: (ctx) => withProject(ctx, stages),
  params: (ctx, prefix) => withProject(ctx, (project) => params(project, prefix)),
  runs: (ctx) => tracked(ctx, runs),
  experiments: (ctx) => tracked(ctx, experiments),
  remotes,
  revisions,
};

/** Values of a kind (a `CompletionKind`; none of another) that begin with `prefix`. Nothing is written, asked for over a network, or reported: what cannot be read gives nothing. */
export async function completions(ctx: AppContext, kind: string, prefix: string): Promise<readonly Candidate[]> {
  try {
    const quiet: AppContext = { ...ctx, readOnly: true, emit: () => {} };
    const found = Object.hasOwn(SOURCES, kind) ? await SOURCES[kind as CompletionKind](quiet, prefix) : [];
    return found
      .filter(({ value }) => value !== '' && value.startsWith(prefix) && !hasControlCharacters(value))
      .slice(0, MOST)
      .map(({ value, about }) => ({ value, about: short(about) }));
  } catch {
    return [];
  }
}

async function stages(project: Project): Promise<readonly Candidate[]> {
  const { pipeline } = await loadProjectPipeline(project).catch(() => inspectProjectPipeline(project));
  return pipeline.stages.map((stage) => ({
    value: stage.address,
    about: stage.action.kind === 'cmd' ? [stage.action.text].flat().join('; ') : stage.action.path,
  }));
}

/** `key=` of the params file here, `file:key=` of another one. */
async function params(project: Project, prefix: string): Promise<readonly Candidate[]> {
  const { parseParamsText } = await import('../core/params/parse.ts');
  const { flattenValues } = await import('../core/params/keys.ts');
  const { jsonText } = await import('../core/params/value-text.ts');
  const { projectPath } = await import('./paths.ts');
  const [, typed] = /^(.+\.(?:ya?ml|json|toml)):/.exec(prefix) ?? [];
  const file = typed === undefined ? paramsHere(project) : projectPath(project.root, project.ctx.cwd, typed);
  const text = textReader(project.root)(file);
  if (text === undefined) return [];
  const start = typed === undefined ? '' : `${typed}:`;
  return [...flattenValues(parseParamsText(file, text))].map(([key, value]) => ({ value: `${start}${key}=`, about: jsonText(value) }));
}

function paramsHere(project: Project): ProjectPath {
  const { current } = pipelineFiles(project);
  return `${current.slice(0, current.lastIndexOf('/') + 1)}params.yaml`;
}

/** Without marking the runs of dead processes, which other readers do. */
async function tracked(ctx: AppContext, read: (tracking: Tracking) => readonly Candidate[]): Promise<readonly Candidate[]> {
  return await withProject(ctx, async (project) => {
    const { openTracking } = await import('../tracking/open.ts');
    const tracking = openTracking({ path: project.trackingPath, readOnly: true });
    try {
      return read(tracking);
    } finally {
      tracking.close();
    }
  });
}

/** The newest. */
function runs(tracking: Tracking): readonly Candidate[] {
  return tracking.list({ limit: MOST, includeChildren: true }).map(({ id, name, status, experiment, startedMs }) => ({
    value: id.slice(0, ID_LENGTH),
    about: `${name}, ${experiment}, ${status}, ${new Date(startedMs).toISOString().slice(0, 16).replace('T', ' ')}`,
  }));
}

function experiments(tracking: Tracking): readonly Candidate[] {
  return tracking.experiments.list().map(({ name }) => ({ value: name, about: '' }));
}

async function remotes(ctx: AppContext): Promise<readonly Candidate[]> {
  const { remoteList } = await import('./remotes/list-remotes.ts');
  const { remotes: found } = await remoteList(ctx);
  return found.map(({ name, default: isDefault }) => ({ value: name, about: isDefault ? 'the default' : '' }));
}

/** Branches, those of remotes too, and tags; the newest first. */
async function revisions(ctx: AppContext): Promise<readonly Candidate[]> {
  const { gitIn } = await import('../fs/git-process.ts');
  const format = '--format=%(refname:short)%09%(contents:subject)';
  const { stdout } = gitIn(findRoot(ctx.cwd))(['for-each-ref', '--sort=-committerdate', format, 'refs/heads', 'refs/tags', 'refs/remotes']);
  return stdout.split('\n').map((line) => {
    const [value = '', about = ''] = line.split('\t');
    return { value, about };
  });
}

/** One line, cut. */
function short(text: string): string {
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return line.length <= ABOUT_WIDTH ? line : `${line.slice(0, ABOUT_WIDTH - 1)}…`;
}
