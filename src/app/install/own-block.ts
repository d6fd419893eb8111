/** Around the part that is ours of a file of somebody else's: a Git hook, `.git/info/attributes`. */
const BEGIN = '# mlo install: begin';
const END = '# mlo install: end';

/** The lines between the marks; undefined where there is no block. */
export function blockLines(text: string): readonly string[] | undefined {
  const lines = text.split('\n');
  const from = lines.indexOf(BEGIN);
  const to = lines.indexOf(END, from + 1);
  return from === -1 || to === -1 ? undefined : lines.slice(from + 1, to);
}

/** The text with the block in place of the one it has, or at its end. */
export function withBlock(text: string, content: readonly string[]): string {
  const whole = `${[BEGIN, ...content, END].join('\n')}\n`;
  if (blockLines(text) === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${whole}`;
  const lines = text.split('\n');
  const from = lines.indexOf(BEGIN);
  const to = lines.indexOf(END, from + 1);
  return [...lines.slice(0, from), ...whole.trimEnd().split('\n'), ...lines.slice(to + 1)].join('\n');
}

export function withoutBlock(text: string): string {
  if (blockLines(text) === undefined) return text;
  const lines = text.split('\n');
  const from = lines.indexOf(BEGIN);
  return [...lines.slice(0, from), ...lines.slice(lines.indexOf(END, from + 1) + 1)].join('\n');
}
