/**
 * `node tools/terminal-picture.ts`: makes docs/terminal.svg. It runs the commands below with the real command line, in a
 * pseudo-terminal and a new iris project, and draws what a terminal shows then, cell by cell. Digits differ from run to run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { IBufferCell, IBufferLine, Terminal as ScreenTerminal } from '@xterm/headless';
import { escapeXml } from '../src/core/figure/svg.ts';

/** The package is CommonJS without named exports for ESM. */
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as { Terminal: typeof ScreenTerminal };

const REPOSITORY = join(import.meta.dirname, '..');
const PICTURE = join(REPOSITORY, 'docs', 'terminal.svg');

const BEFORE = ['mlo init --template iris --quiet', 'mlo repro --quiet', 'git add --all', 'git commit --quiet --message=Results'];
const SHOWN = ['mlo repro -S train.epochs=20', 'mlo metrics diff', 'mlo repro -S train.epochs=100', 'mlo runs list'];

const COLUMNS = 100;
const LIMIT_MS = 120_000;

/** Pixels. */
const CELL = { width: 8.4, height: 18 };
const FONT_SIZE = 14;
const PADDING = 16;

const BACKGROUND = '#1d2021';
const FOREGROUND = '#d5c4a1';
/** The 16 colours of the terminal. */
const PALETTE = (
  '#3c3836 #fb4934 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #d5c4a1 ' + '#928374 #fb4934 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #fbf1c7'
).split(' ');

const folder = mkdtempSync(join(tmpdir(), 'mlo-picture-'));
try {
  const project = join(folder, 'iris');
  const home = join(folder, 'home');
  await inTerminal(folder, home, ['mkdir home iris bin', `ln -s '${join(REPOSITORY, 'bin', 'mlo.js')}' bin/mlo`]);
  await inTerminal(project, home, ['git init --quiet --initial-branch=main', ...BEFORE]);
  const screen = await inTerminal(project, home, SHOWN, SHOWN);
  writeFileSync(PICTURE, drawn(screen));
  process.stdout.write(`${PICTURE}: ${screen.length} lines\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Runs the commands in one shell that shows them as typed; resolves to all lines on the screen and above it. */
async function inTerminal(
  cwd: string,
  home: string,
  commands: readonly string[],
  shown: readonly string[] = [],
): Promise<readonly IBufferLine[]> {
  const screen = new Terminal({ cols: COLUMNS, rows: 24, scrollback: 5000, allowProposedApi: true });
  const prompt = (command: string): string => `printf '\\033[32m$\\033[0m \\033[1m%s\\033[0m\\n' '${command}'`;
  const script = commands.map((command, index) =>
    shown.length === 0 ? command : `${index === 0 ? '' : 'echo; '}${prompt(command)}; ${command}`,
  );
  const path = [join(folder, 'bin'), process.execPath.replace(/\/[^/]+$/, ''), process.env['PATH'] ?? ''].join(delimiter);
  const person = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, 'anna'],
      [`GIT_${role}_EMAIL`, 'anna@example.org'],
    ]),
  );
  const env = { PATH: path, HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', COLORTERM: '', ...person };
  const terminal = spawn('sh', ['-e', '-c', script.join('\n')], { cols: COLUMNS, rows: 24, cwd, env });
  const limit = setTimeout(() => terminal.kill('SIGKILL'), LIMIT_MS);
  let written = Promise.resolve();
  terminal.onData((data) => {
    written = new Promise((resolve) => screen.write(data, resolve));
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  clearTimeout(limit);
  await written;
  const { active } = screen.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)).filter((line) => line !== undefined);
  const ended = lines.slice(0, lines.findLastIndex((line) => line.translateToString(true) !== '') + 1);
  if (code !== 0) throw new Error(`exit code ${code}:\n${ended.map((line) => line.translateToString(true)).join('\n')}`);
  return ended;
}

function drawn(lines: readonly IBufferLine[]): string {
  const width = Math.ceil(COLUMNS * CELL.width + 2 * PADDING);
  const height = lines.length * CELL.height + 2 * PADDING;
  const rows = lines.map((line, row) => drawnLine(line, PADDING + row * CELL.height + FONT_SIZE)).filter((row) => row !== '');
  const title = `A terminal: ${SHOWN.join(', ')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<!-- Made by \`node tools/terminal-picture.ts\` from what the commands printed; changes here are lost. -->
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}">
${rows.join('\n')}
</g>
</svg>
`;
}

interface Span {
  readonly column: number;
  readonly style: string;
  text: string;
}

/** Spans of one style each, placed by their column and stretched to their cells, so that tables stay tables in any font. */
function drawnLine(line: IBufferLine, y: number): string {
  const spans: Span[] = [];
  for (let column = 0; column < COLUMNS; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const last = spans.at(-1);
    if (last?.style === style) last.text += cell.getChars() || ' ';
    else spans.push({ column, style, text: cell.getChars() || ' ' });
  }
  const drawnSpans = spans.flatMap(({ column, style, text }) =>
    // Blanks between words of a table are places, not text.
    [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
      const x = (PADDING + (column + index) * CELL.width).toFixed(1);
      const length = (words.length * CELL.width).toFixed(1);
      return `<tspan x="${x}" textLength="${length}"${style}>${escapeXml(words)}</tspan>`;
    }),
  );
  return drawnSpans.length === 0 ? '' : `<text y="${y}">${drawnSpans.join('')}</text>`;
}

function styleOf(cell: IBufferCell): string {
  const colour = cell.isFgPalette() ? PALETTE[cell.getFgColor()] : undefined;
  return [
    colour === undefined ? '' : ` fill="${colour}"`,
    cell.isBold() ? ' font-weight="bold"' : '',
    cell.isDim() ? ' fill-opacity="0.65"' : '',
  ].join('');
}
