import type { CheckoutOptions, CheckoutSummary } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { asIoError } from '../fs/errno.ts';
import { statOf } from './add/path-faults.ts';
import { ignoreMissingOuts } from './checkout/ignore-missing-outs.ts';
import { relink } from './checkout/relink.ts';
import { absolutePath, projectPath } from './paths.ts';
import { byteProgress, lookProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import { contentOfDigest, digestOf } from './tracked/stored-object.ts';
import { wantedContents } from './checkout/wanted-contents.ts';
import type { TrackedContent } from './tracked-contents.ts';
import type { AppContext, CheckoutData } from './types.ts';

export interface CheckoutCommandOptions {
  /** Stages, outs, tracked paths, paths in tracked folders, each also as `path@revision`. None: everything. */
  readonly targets: readonly string[];
  readonly force: boolean;
  readonly file?: string;
  /** What pointers and locks of this revision name; those of the workspace stay as they are. */
  readonly rev?: string;
  /** Files that are right already are placed again, by the configured kind of link. */
  readonly relink?: boolean;
}

/** Puts what locks and pointers name into the workspace. One target that fails does not keep the others back. */
export async function checkout(ctx: AppContext, options: CheckoutCommandOptions): Promise<CheckoutData> {
  return await withWriter(ctx, async (project) => {
    const { contents, broken, revisions } = await wantedContents(project, options);
    const results: OneResult[] = broken.map(({ path, error }) => failed(path, error));
    await ignoreMissingOuts(project, contents, options.file);
    for (const each of contents) results.push(await checkoutOne(project, each, options));
    return { ...summed(results), ...(revisions.length === 0 ? {} : { rev: revisions.join(', ') }) };
  });
}

/** Brings an object of the cache to a path. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_OUT_UNSAVED. */
export async function checkoutObject(
  ctx: AppContext,
  { digest, to, force }: { readonly digest: string; readonly to: string; readonly force: boolean },
): Promise<CheckoutData> {
  return await withWriter(ctx, async (project) => {
    const path = projectPath(project.root, ctx.cwd, to);
    const content = await contentOfDigest(await project.cache(), digestOf(digest));
    // The user wants to have it, so it is theirs to change.
    return summed([await place(project, { path, content, isOut: true }, { force, link: ['reflink', 'copy'] })]);
  });
}

interface OneResult {
  readonly target: CheckoutData['targets'][number];
  readonly summary: CheckoutSummary;
}

const NOTHING: CheckoutSummary = { added: 0, modified: 0, deleted: 0 };

function summed(results: readonly OneResult[]): CheckoutData {
  const sum = (key: keyof CheckoutSummary): number => results.reduce((total, { summary }) => total + summary[key], 0);
  return { added: sum('added'), modified: sum('modified'), deleted: sum('deleted'), targets: results.map((each) => each.target) };
}

async function checkoutOne(
  project: Project,
  tracked: TrackedContent,
  { force, relink: again = false }: CheckoutCommandOptions,
): Promise<OneResult> {
  try {
    const placed = await place(project, tracked, { force, link: project.config.link });
    if (!again) return placed;
    const relinked = await relink(project, tracked);
    const change = placed.target.change === 'unchanged' && relinked > 0 ? 'relinked' : placed.target.change;
    return { ...placed, target: { ...placed.target, change } };
  } catch (thrown) {
    const error = asIoError(thrown, 'check out', tracked.path);
    if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
    return failed(tracked.path, error);
  }
}

function failed(path: string, error: MloError): OneResult {
  return { target: { path, change: 'failed', ...failure(error) }, summary: NOTHING };
}

async function place(
  project: Project,
  { path, content, isOut }: { readonly path: string; readonly content: Content; readonly isOut: boolean },
  options: Pick<CheckoutOptions, 'force' | 'link'>,
): Promise<OneResult> {
  const { signal, emit } = project.ctx;
  const cache = await project.cache();
  const absolute = absolutePath(project.root, path);
  const isNew = statOf(absolute) === undefined;
  const onProgress = byteProgress(emit, 'checkout', path, isNew ? content.size : 0);
  const looked = lookProgress(emit, path, 'files', isNew ? 0 : (content.files ?? 0));
  const summary = await cache.checkout(content, absolute, {
    ...options,
    signal,
    includeIgnored: isOut,
    onLook: (_bytes, files) => looked(files),
    onProgress,
    partial: true,
  });
  const touched = summary.added + summary.modified + summary.deleted > 0;
  return { target: { path, change: isNew ? 'added' : touched ? 'modified' : 'unchanged' }, summary };
}

/** The list of paths is data of its own. */
function failure({
  message,
  code,
  hint,
  details,
}: MloError): Pick<CheckoutData['targets'][number], 'error' | 'code' | 'unsaved' | 'unsavedCount'> {
  const unsaved = code === 'MLO_OUT_UNSAVED' && Array.isArray(details['paths']) ? (details['paths'] as readonly string[]) : undefined;
  const text = unsaved === undefined ? message.replaceAll(/\s*\n\s*/g, ' ') : (message.split('\n')[0] ?? message).replace(/:$/, '');
  return {
    error: `${text}${hint === undefined ? '' : ` (${hint})`}`,
    code,
    ...(unsaved === undefined ? {} : { unsaved, unsavedCount: Number(details['count']) }),
  };
}
