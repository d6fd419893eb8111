import { MloError } from '../core/errors/mlo-error.ts';

/** What a regular expression still tries in a blink for every name that there can be. */
const MOST_STARS = 3;
const MOST_FOLDER_STARS = 3;
const LONGEST = 1_000;

/**
 * Rules become regular expressions, which try all ways in which several `*` can share the letters of a name: with eight of them one file of a clone could
 * keep every command busy for days. `file` is for the message. Throws MLO_CONFIG.
 */
export function refuseEndless(file: string, text: string): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) continue;
    const fault = faultOf(line);
    if (fault === undefined) continue;
    throw new MloError('MLO_CONFIG', `${file}:${index + 1}: this pattern ${fault}`, {
      hint: 'Write it shorter, or as several patterns, a line each',
      details: { file, line: index + 1 },
    });
  }
}

function faultOf(line: string): string | undefined {
  if (line.length > LONGEST) return `is longer than ${LONGEST} characters`;
  const names = line.split('/');
  if (names.filter((name) => name === '**').length > MOST_FOLDER_STARS) return `has more than ${MOST_FOLDER_STARS} times '**'`;
  const isFull = (name: string): boolean => (name.match(/\*+/g)?.length ?? 0) > MOST_STARS;
  return names.some(isFull) ? `has more than ${MOST_STARS} times '*' in one name` : undefined;
}
