import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { listingOf, type PointerSource } from '../../core/pointer-source.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import type { Project } from '../project.ts';
import { loadRemotes } from '../remotes/load-remotes.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';
import { trackedContents } from '../tracked-contents.ts';
import { trackedState, type TrackedContent } from '../tracked/tracked-state.ts';
import { cachedContents, refContents, type RefContents } from '../verify/history.ts';
import type { Namer } from '../verify/find-uses.ts';

/** What is to travel: all that the workspace names where nothing is said. */
export interface TransferScope {
  /** Stages, outs, tracked paths, paths in tracked folders. */
  readonly targets: readonly string[];
  /** What pointers and locks of this revision name, instead of those of the workspace. */
  readonly rev?: string;
  readonly allBranches: boolean;
  readonly allTags: boolean;
}

/** Runs travel with everything, not with parts. */
export function travelsWith({ targets, rev }: TransferScope): boolean {
  return targets.length === 0 && rev === undefined;
}

export interface ChosenContent {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly stage?: string;
  /** Imports of the workspace or of the revision: where else the bytes are. */
  readonly source?: PointerSource;
}

export interface Chosen {
  /** Who names what. */
  readonly groups: readonly { readonly label: string; readonly contents: readonly ChosenContent[] }[];
  /** Pointers that cannot be understood. */
  readonly broken: readonly { readonly path: string; readonly message: string }[];
  /** Of the workspace, and of the revision where one is asked for. */
  readonly pipelines: readonly Pipeline[];
  /** Without outs that are never in a cache, though a lock of a branch or tag names them. */
  withoutUncached(missing: ReadonlySet<Digest>): Promise<Chosen>;
}

export async function chooseContents(project: Project, scope: TransferScope): Promise<Chosen> {
  const own = await ofWorkspace(project, scope);
  const refs = refContents(project, scope);
  return chosenOf(project, own, refs);
}

function chosenOf(project: Project, own: Own, refs: readonly RefContents[]): Chosen {
  return {
    groups: [
      {
        label: own.label,
        contents: own.contents.flatMap(withListing),
      },
      ...refs.map(({ label, contents }) => ({
        label,
        contents: contents.map(({ path, content, lock }) => ({ path, content, ...(lock === undefined ? {} : { stage: lock.stage }) })),
      })),
    ],
    broken: own.broken,
    pipelines: own.pipelines,
    withoutUncached: async (missing) => chosenOf(project, own, await cachedContents(project, refs, missing)),
  };
}

/** The list of what an import brought goes with the data. */
function withListing({ path, content, stage, source }: TrackedContent): readonly ChosenContent[] {
  const data = { path, content, ...(stage === undefined ? {} : { stage }), ...(source === undefined ? {} : { source }) };
  const listing = listingOf(source);
  return listing === undefined ? [data] : [data, { path: path + POINTER_SUFFIX, content: listing }];
}

interface Own {
  readonly label: string;
  readonly contents: readonly TrackedContent[];
  readonly broken: Chosen['broken'];
  readonly pipelines: readonly Pipeline[];
}

async function ofWorkspace(project: Project, { targets, rev }: TransferScope): Promise<Own> {
  const label = rev ?? 'workspace';
  if (targets.length > 0) {
    const { contents, broken, pipeline } = await trackedContents(project, targets, undefined, rev).catch(async (error: unknown) => {
      throw await asRemoteName(project, targets, error);
    });
    const pipelines = await pipelinesOf(project, pipeline, rev);
    return { label, contents, pipelines, broken: broken.map(({ pointerPath, error }) => ({ path: pointerPath, message: error.message })) };
  }
  const broken: { path: string; message: string }[] = [];
  const state = await trackedState(project, rev, undefined, ({ pointerPath, error }) =>
    broken.push({ path: pointerPath, message: error.message }),
  );
  return { label, contents: state.contents, broken, pipelines: await pipelinesOf(project, state.pipeline, rev) };
}

async function pipelinesOf(project: Project, pipeline: Pipeline, rev: string | undefined): Promise<readonly Pipeline[]> {
  return rev === undefined ? [pipeline] : [pipeline, (await loadProjectPipeline(project, undefined, 'nothing')).pipeline];
}

/** `push origin`, as Git has it: targets are data here. */
async function asRemoteName(project: Project, targets: readonly string[], error: unknown): Promise<unknown> {
  if (!(error instanceof MloError) || error.code !== 'MLO_TARGET') return error;
  const { remotes } = await loadRemotes(project.root, project.ctx.env);
  const remote = remotes.find(({ name }) => targets.includes(name));
  if (remote === undefined) return error;
  return new MloError(error.code, error.message, {
    hint: `A remote is named by an option: --remote ${remote.name}`,
    details: error.details,
  });
}

/** The same, and what runs keep. */
export function withArtifacts(chosen: Chosen, artifacts: readonly ArtifactOfRun[]): Chosen {
  const byRun = Map.groupBy(artifacts, ({ run }) => run);
  const runs = [...byRun].map(([run, own]) => ({
    label: runLabel(run),
    contents: own.map(({ path, content }) => ({ path, content })),
  }));
  return {
    ...chosen,
    groups: [...chosen.groups, ...runs],
    withoutUncached: async (missing) =>
      withArtifacts(await chosen.withoutUncached(missing), withoutUncachedOuts(artifacts, chosen.pipelines, missing)),
  };
}

export function runLabel(run: string): string {
  return `run ${run.slice(0, 8)}`;
}

/** A run names all outs of its stage. Of those with `cache: false` only metrics and plots were ever kept. */
function withoutUncachedOuts(
  artifacts: readonly ArtifactOfRun[],
  pipelines: readonly Pipeline[],
  missing: ReadonlySet<Digest>,
): readonly ArtifactOfRun[] {
  const outs = pipelines.flatMap(({ stages }) => stages.flatMap((stage) => stage.outs));
  const uncached = new Set(outs.filter((out) => !out.cache && out.kind === 'out').map(({ path }) => path));
  return artifacts.filter(({ path, content }) => !uncached.has(path) || !missing.has(content.digest));
}

interface ArtifactOfRun {
  readonly run: string;
  readonly path: ProjectPath;
  readonly content: Pick<Content, 'digest' | 'kind' | 'size'>;
}

/** For telling what a missing object belongs to. */
export function namersOf({ groups }: Chosen): readonly Namer[] {
  return groups.map(({ label, contents }) => ({
    label,
    names: contents.map(({ path, content, stage }) => ({ path, content, ...(stage === undefined ? {} : { stage }) })),
  }));
}

export function allContents({ groups }: Chosen): readonly Content[] {
  return groups.flatMap(({ contents }) => contents.map(({ content }) => content));
}
