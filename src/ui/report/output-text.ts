import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
const COLOUR_OR_CONTROL = /\u001b\[[0-9;:]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const RESET = '\u001b[0m';

/** A line of a stage's output: its colours stay where colours are wanted, every other control sequence goes. */
export function outputText(line: string, colours: boolean): string {
  if (!colours) return stripVTControlCharacters(line).replace(COLOUR_OR_CONTROL, '');
  const kept = stripOtherSequences(line);
  return kept.includes('\u001b') ? kept + RESET : kept;
}

function stripOtherSequences(line: string): string {
  let result = '';
  let from = 0;
  for (const match of line.matchAll(COLOUR_OR_CONTROL)) {
    if (!match[0].endsWith('m')) continue;
    result += plain(line.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + plain(line.slice(from));
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replace(COLOUR_OR_CONTROL, '');
}
