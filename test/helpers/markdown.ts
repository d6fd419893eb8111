import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './paths.ts';

/** Documents of this repository, relative to its root: those that people read and follow links in. */
export function documents(): readonly string[] {
  const below = (folder: string): readonly string[] =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => `${folder}/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...below('docs'), ...below('examples')].toSorted();
}

export function documentText(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

export interface Fence {
  /** What stands behind the three backticks. */
  readonly language: string;
  readonly text: string;
}

const FENCED = /^```(\S*)[^\n]*\n([\s\S]*?)^```[ \t]*$/gm;

export function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(FENCED)].map(([, language = '', inside = '']) => ({ language, text: inside }));
}

/** Targets of links and pictures outside of code, as they are written. */
export function linksOf(text: string): readonly string[] {
  const prose = text.replace(FENCED, '').replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)/g)].map(([, target = '']) => target);
  const html = [...prose.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...inline, ...html];
}

/** Anchors of headings as GitHub makes them: lower case, punctuation gone, blanks as hyphens, `-1` behind the second of a name. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(FENCED, '').matchAll(/^#{1,6}[ \t]+(.+?)[ \t]*#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const base = words.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  return anchors;
}

/** Command lines of `program` in shell text: without prompt, comment, redirection and what stands beside them in pipes and lists. */
export function commandsOf(program: string, text: string): readonly (readonly string[])[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => simpleCommands(line.replace(/^\$ /, '')))
    .map((words) => {
      const start = words.findIndex((word) => !/^\w+=/.test(word));
      return words[start] === 'npx' ? words.slice(start + 1) : words.slice(start);
    })
    .flatMap(([name, ...words]) => (name === program ? [words] : []));
}

/** The words of each command of a line, by the rules of a shell as far as documents use them. */
function simpleCommands(line: string): readonly string[][] {
  const commands: string[][] = [[]];
  for (const [token, double, single, operator, comment] of line.matchAll(
    /"((?:\\.|[^"])*)"|'([^']*)'|(\|\||&&|[|;<>()]+)|(?<=^|\s)(#.*)|(?:[^\s"'|;<>()&]|"(?:\\.|[^"])*"|'[^']*')+/g,
  )) {
    if (comment !== undefined) break;
    if (operator !== undefined) commands.push(/[<>]/.test(operator) ? ['>'] : []);
    else commands.at(-1)?.push(double ?? single ?? token.replaceAll(/["']/g, ''));
  }
  return commands;
}
