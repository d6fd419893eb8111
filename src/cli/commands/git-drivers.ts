import { resolve } from 'node:path';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

/** Git starts these, by what `mlo install` has set up. */
export const mergeDriverVerb = defineCommand({
  usage: 'merge-driver <base> <ours> <theirs> <path>',
  summary: 'merge versions of a lock or pointer for Git (see mlo install)',
  details: 'Writes the result into <ours>. Exit code 1: both sides changed the same stage, or the same data, in different ways.',
  examples: [
    ['mlo merge-driver base.lock ours.lock theirs.lock pipeline.lock', 'the result is in ours.lock'],
    ['mlo merge-driver base.mlo ours.mlo theirs.mlo data/raw.mlo', 'the same for a pointer'],
  ],
  hidden: true,
  async run({ context, style }: Invocation, _flags: object, base: string, ours: string, theirs: string, path: string): Promise<Outcome> {
    const { mergeFiles } = await import('../../app/merge-driver.ts');
    const absolute = (file: string): string => resolve(context.cwd, file);
    const data = mergeFiles(context.cwd, { base: absolute(base), ours: absolute(ours), theirs: absolute(theirs), path });
    if (data.conflicts.length === 0) return { data };
    const { mergeConflictLines } = await import('../../ui/render/install.ts');
    return { data, exitCode: EXIT.stageFailed, errorLines: mergeConflictLines(data, style) };
  },
});

export const textconvVerb = defineCommand({
  usage: 'textconv <file>',
  summary: 'print a lock or pointer as lines for git diff (see mlo install)',
  examples: [
    ['mlo textconv pipeline.lock', 'a line a fact, each with the name of its stage'],
    ['mlo textconv data/raw.mlo', 'a pointer as one line'],
  ],
  hidden: true,
  async run({ context }: Invocation, _flags: object, file: string): Promise<Outcome> {
    const { readableText } = await import('../../app/merge-driver.ts');
    const text = await readableText(context.cwd, file);
    return { data: { text }, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
  },
});
