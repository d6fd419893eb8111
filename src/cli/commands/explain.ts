import { defineCommand, type Invocation, type Outcome } from '../command.ts';

export const explainVerb = defineCommand({
  usage: 'explain <code>',
  summary: 'explain an error code: how it comes about, what to do',
  examples: [
    ['mlo explain MLO_OUT_UNSAVED', 'a code as an error prints it'],
    ['mlo explain locked', 'the same without MLO_, in small letters'],
  ],
  json: [
    ['code, exit, means', 'the code, the exit code of a command that ends with it, what it means'],
    ['cause, remedy', 'how it comes about, and what to do'],
  ],
  async run({ style }: Invocation, _flags: object, code: string): Promise<Outcome> {
    const { explain } = await import('../../app/explain.ts');
    const { explainLines } = await import('../../ui/render/explain.ts');
    const data = explain(code);
    return { data, lines: explainLines(data, style) };
  },
});
