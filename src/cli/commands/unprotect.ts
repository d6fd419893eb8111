import { defineCommand, type Invocation, type Outcome } from '../command.ts';

export const unprotectVerb = defineCommand({
  usage: 'unprotect <paths...>',
  summary: 'make tracked files writable that are links to the cache',
  details:
    'Only with cache.link hardlink or symlink: those files are read-only, because writing to one would change the cache. Folders are done with all that is in them.',
  examples: [
    ['mlo unprotect data/raw', 'copies in place of links; then edit, then mlo add data/raw'],
    ['mlo unprotect data/raw/0001.png', 'one file of a tracked folder'],
  ],
  writes: true,
  async run({ context, style }: Invocation, _flags: object, paths: readonly string[]): Promise<Outcome> {
    const { unprotect } = await import('../../app/unprotect.ts');
    const data = await unprotect(context, { paths });
    const { unprotectLines } = await import('../../ui/render/data-verbs.ts');
    return { data, lines: unprotectLines(data, style) };
  },
});
