import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { absolutePath } from './paths.ts';
import { withWriter, type Project } from './project.ts';
import { trackedContents, type TrackedContent } from './tracked-contents.ts';
import type { AppContext, CheckoutData } from './types.ts';

export interface CheckoutCommandOptions {
  readonly targets: readonly string[];
  readonly force: boolean;
  readonly file?: string;
}

/** Puts what locks and pointers name into the workspace. One target that fails does not keep the others back. */
export async function checkout(ctx: AppContext, options: CheckoutCommandOptions): Promise<CheckoutData> {
  return await withWriter(ctx, async (project) => {
    const wanted = await trackedContents(project, options.targets, options.file);
    const targets: CheckoutData['targets'][number][] = [];
    const total = { added: 0, modified: 0, deleted: 0 };
    for (const each of wanted) {
      const { summary, ...result } = await checkoutOne(project, each, options.force);
      targets.push(result);
      total.added += summary.added;
      total.modified += summary.modified;
      total.deleted += summary.deleted;
    }
    return { ...total, targets };
  });
}

type OneResult = CheckoutData['targets'][number] & {
  readonly summary: { readonly added: number; readonly modified: number; readonly deleted: number };
};

async function checkoutOne(project: Project, { path, content, isOut }: TrackedContent, force: boolean): Promise<OneResult> {
  const cache = await project.cache();
  const absolute = absolutePath(project.root, path);
  try {
    const before = await cache.observe(absolute, { anything: true, includeIgnored: isOut });
    mkdirSync(dirname(absolute), { recursive: true });
    const summary = await cache.checkout(content, absolute, {
      link: project.config.link,
      force,
      signal: project.ctx.signal,
      includeIgnored: isOut,
    });
    const touched = summary.added + summary.modified + summary.deleted > 0;
    return { path, change: before === undefined ? 'added' : touched ? 'modified' : 'unchanged', summary };
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    return {
      path,
      change: 'failed',
      error: `${error.message.replaceAll(/\s*\n\s*/g, ' ')}${hint}`,
      summary: { added: 0, modified: 0, deleted: 0 },
    };
  }
}
