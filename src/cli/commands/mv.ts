import { defineCommand, type Invocation, type Outcome } from '../command.ts';

export const mvVerb = defineCommand({
  usage: 'mv <from> <to>',
  summary: 'move added data together with its pointer and .gitignore entry',
  details: 'A folder that exists takes the data into it. Nothing is overwritten, and nothing is hashed or copied within one disk.',
  examples: [
    ['mlo mv data/raw data/original', 'another name'],
    ['mlo mv images.zip archive/', 'into a folder'],
  ],
  writes: true,
  async run({ context, style }: Invocation, _flags: object, from: string, to: string): Promise<Outcome> {
    const { mv } = await import('../../app/mv.ts');
    const data = await mv(context, { from, to });
    const { mvLines } = await import('../../ui/render/data-verbs.ts');
    return { data, lines: mvLines(data, style), hint: "git add -A '*.mlo' '*.gitignore'" };
  },
});
