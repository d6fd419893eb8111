import { dirname, join, delimiter } from 'node:path';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { documentText, fencesOf } from './markdown.ts';
import { LAUNCHER } from './paths.ts';
import type { TestProject } from './test-project.ts';

export interface Step {
  readonly command: string;
  /** Lines that the page shows; `…` stands for any. */
  readonly shown: readonly string[];
}

/** What is typed and shown in each `console` block of a page. */
export function sessionsOf(page: string): readonly (readonly Step[])[] {
  return fencesOf(documentText(page))
    .filter(({ language }) => language === 'console')
    .map(({ text }) =>
      text
        .split(/^(?=\$ )/m)
        .filter((part) => part.startsWith('$ '))
        .map((part) => {
          const [command = '', ...shown] = part.trimEnd().split('\n');
          return { command: command.slice(2), shown };
        }),
    );
}

/** Every `yaml` and `ts` block of a page that begins with the name of a file, as that file. */
export function filesOf(page: string): { readonly [path: string]: string } {
  const blocks = fencesOf(documentText(page)).map(({ text }) => /^(?:#|\/\/) ([\w./-]+\.\w+)[^\n]*\n([^]*)$/.exec(text));
  return Object.fromEntries(blocks.flatMap((found) => (found === null ? [] : [[found[1] as string, found[2] as string]])));
}

export interface Compared {
  readonly command: string;
  readonly expected: readonly string[];
  readonly printed: readonly string[];
}

/**
 * Types the commands of a block into a shell, one after the other, without a terminal. Returns each with what the page shows and what was
 * printed, both without what differs from run to run: ids, digests, dates, durations, widths of columns. Lines that `…` stands for are
 * left out on both sides.
 */
export async function replay(project: TestProject, steps: readonly Step[]): Promise<readonly Compared[]> {
  const bin = join(dirname(project.root), 'bin');
  await mkdir(bin, { recursive: true });
  await symlink(LAUNCHER, join(bin, 'mlo')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const env = { PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter), TERM: 'dumb' };
  const results: Compared[] = [];
  for (const { command, shown } of steps) {
    const { stdout } = await project.run('/bin/sh', ['-c', `exec 2>&1\n${command}`], { env });
    const printed = comparable(stdout.trimEnd().split('\n'), project.root);
    const expected = comparable(shown, project.root);
    results.push({ command, expected, printed: without(printed, expected) });
  }
  return results;
}

/** A file that the shell can start. */
export async function writeScript(project: TestProject, path: string, text: string): Promise<void> {
  await writeFile(project.path(path), text);
  await chmod(project.path(path), 0o755);
}

function comparable(lines: readonly string[], root: string): readonly string[] {
  return (
    lines
      .map((line) =>
        line
          .replaceAll(root, '<root>')
          .replaceAll(/\/projects\/\w+/g, '<root>')
          .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<date>')
          .replaceAll(/\b[0-9a-f]{8,64}\b/g, '<hex>')
          .replaceAll(/(?:\d+ (?:h|min) )*\b\d+(?:\.\d+)? (?:ms|s|min|h)\b/g, '<time>')
          .replaceAll(/(cpu_seconds|memory_mb)=[\d.]+/g, '$1=<number>')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      )
      // When a stage is recorded longer than usual, the next one starts before the end of this one is told.
      .filter((line) => line !== '' && !/^> \S+ started\b/.test(line))
  );
}

/** What was printed with `…` in the place of the lines, and parts of lines, that the page leaves out. */
function without(printed: readonly string[], expected: readonly string[]): readonly string[] {
  const result: string[] = [];
  let at = 0;
  for (const [index, line] of expected.entries()) {
    if (line !== '…') {
      const now = printed[at];
      at += 1;
      if (now !== undefined) result.push(fits(now, line) ? line : now);
      continue;
    }
    const next = expected[index + 1];
    const found = next === undefined ? printed.length : printed.findIndex((each, position) => position >= at && fits(each, next));
    result.push('…');
    at = found < 0 ? printed.length : found;
  }
  return [...result, ...printed.slice(at)];
}

function fits(printed: string, expected: string): boolean {
  const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(printed);
}
