import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
}

export const freezeVerb = verb(true, {
  usage: 'freeze <targets...>',
  summary: 'freeze stages: their deps are not looked at and they do not run',
  examples: [
    ['mlo freeze featurize', 'keep what featurize wrote, whatever changes'],
    ['mlo freeze data_load featurize', 'freeze two stages'],
  ],
});

export const unfreezeVerb = verb(false, {
  usage: 'unfreeze <targets...>',
  summary: 'let frozen stages run again',
  examples: [
    ['mlo unfreeze featurize', 'look at the deps of featurize again'],
    ['mlo unfreeze data_load featurize', 'unfreeze two stages'],
  ],
});

function verb(frozen: boolean, says: Pick<AnyCommandSpec, 'usage' | 'summary' | 'examples'>): AnyCommandSpec {
  return defineCommand({
    ...says,
    options: [fileOption()],
    writes: true,
    async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
      const { freeze } = await import('../../app/freeze.ts');
      const data = await freeze(context, { targets, frozen, ...given({ file: flags.file }) });
      const { freezeLines } = await import('../../ui/render/summaries.ts');
      return { data, lines: freezeLines(data, frozen, style) };
    },
  });
}
