/** A part of a file of somebody else's that is ours, between two comment lines that name it. */
export interface Block {
  readonly begin: string;
  readonly end: string;
}

export function blockNamed(name: string): Block {
  return { begin: `# ${name}: begin`, end: `# ${name}: end` };
}

/** The lines between the marks; undefined where there is no block. */
export function blockLines(text: string, { begin, end }: Block): readonly string[] | undefined {
  const lines = text.split('\n');
  const from = lines.indexOf(begin);
  const to = lines.indexOf(end, from + 1);
  return from === -1 || to === -1 ? undefined : lines.slice(from + 1, to);
}

/** The text with the block in place of the one it has, or at its end. */
export function withBlock(text: string, block: Block, content: readonly string[]): string {
  const whole = `${[block.begin, ...content, block.end].join('\n')}\n`;
  if (blockLines(text, block) === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${whole}`;
  const lines = text.split('\n');
  const from = lines.indexOf(block.begin);
  const to = lines.indexOf(block.end, from + 1);
  return [...lines.slice(0, from), ...whole.trimEnd().split('\n'), ...lines.slice(to + 1)].join('\n');
}

export function withoutBlock(text: string, block: Block): string {
  if (blockLines(text, block) === undefined) return text;
  const lines = text.split('\n');
  const from = lines.indexOf(block.begin);
  return [...lines.slice(0, from), ...lines.slice(lines.indexOf(block.end, from + 1) + 1)].join('\n');
}
