import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { AppContext, CheckoutData } from '../../app/types.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly force?: boolean;
  readonly rev?: string;
  readonly relink?: boolean;
  readonly digest?: string;
  readonly to?: string;
}

export const checkoutVerb = defineCommand({
  usage: 'checkout [targets...]',
  summary: 'put the data that locks and pointers name into the workspace',
  details:
    'Targets are stages, outs, tracked paths and paths in tracked folders, as they are now or as path@revision; without targets, everything. Only what differs is touched. Bytes that exist ' +
    "nowhere else are never overwritten without --force: they are listed, and the target is left as it is. --rev takes what a revision's pointers and locks " +
    "name and leaves Git's HEAD and the pointers and locks of the workspace alone.",
  examples: [
    ['mlo checkout', 'after git checkout: data and outs of this commit'],
    ['mlo checkout train data/raw', 'the outs of one stage and one tracked folder'],
    ['mlo checkout data/train/cats --rev v1.0', 'a part of a tracked folder as it was at a tag'],
    ['mlo checkout data/train/cats@v1.0', 'the same, shorter'],
    ['mlo checkout --relink', 'after mlo config set cache.link hardlink: place the files again'],
    ['mlo checkout --digest $DIGEST --to old.csv', 'an object of the cache, such as the bytes that a stage replaced'],
  ],
  options: [
    fileOption(),
    new Option('--rev <revision>', 'what pointers and locks of a Git revision name'),
    new Option('--force', 'overwrite and delete files that are not in the cache'),
    new Option('--relink', 'place files that are there again, by the configured cache.link'),
    new Option('--digest <hex>', 'an object of the cache instead of targets; with --to'),
    new Option('--to <path>', 'where the object goes'),
  ],
  json: [
    ['added, modified, deleted', 'files'],
    ['targets[].path, .change', 'added, modified, unchanged, relinked or failed'],
    ['targets[].error?, .code?', 'why it failed'],
    ['targets[].unsaved?', 'paths (1000 at most) whose bytes exist nowhere else'],
    ['targets[].unsavedCount?', 'how many these are'],
    ['rev?', 'the revision asked for, by --rev or path@revision'],
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const data = await checkedOut(context, flags, targets);
    const { checkoutLines } = await import('../../ui/render/checkout.ts');
    const lines = checkoutLines(data, style);
    const failed = data.targets.filter((target) => target.change === 'failed');
    if (failed.length === 0) return { data, lines };
    const message = `${failed.length} of ${data.targets.length} targets could not be checked out`;
    return { data, lines, exitCode: EXIT.partial, failure: { code: 'MLO_CHECKOUT', message } };
  },
});

async function checkedOut(context: AppContext, flags: Flags, targets: readonly string[]): Promise<CheckoutData> {
  const { digest, to, rev } = flags;
  const force = flags.force === true;
  const { checkout, checkoutObject } = await import('../../app/checkout.ts');
  if (digest === undefined && to === undefined) {
    return await checkout(context, {
      targets,
      force,
      relink: flags.relink === true,
      ...given({ file: flags.file, rev }),
    });
  }
  if (digest === undefined || to === undefined || targets.length > 0 || rev !== undefined) {
    throw new MloError('MLO_USAGE', '--digest and --to belong together, without targets and --rev', {
      hint: 'mlo checkout --digest <hex> --to <path>',
    });
  }
  return await checkoutObject(context, { digest, to, force });
}
