// Writes the tables of the README that are made from the error catalogue: node tools/readme-tables.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CATALOGUE, EXIT } from '../src/core/errors/catalogue.ts';

const README = new URL('../README.md', import.meta.url);

const EXIT_MEANS = {
  ok: 'Done.',
  stageFailed: 'A stage or a check failed.',
  usage: 'The command line, the configuration or a pipeline file is wrong; nothing was run.',
  partial: 'Partly done; the output says what is missing.',
  outOfDate: '`mlo status --check`: a stage or data is out of date, or with `--remote` not in step with it.',
  notAProject: 'There is no project here.',
  locked: 'Another command is writing in this project.',
  integrity: 'Stored data is missing, damaged or cannot be read.',
  remote: 'A remote cannot be used.',
  internal: 'A fault of mlo itself.',
  runtime: 'This Node.js or operating system is not supported.',
  interrupted: 'Interrupted by Ctrl-C; what was finished is kept.',
};

/** The README with its tables as they should be. */
export function withTables(text) {
  const exits = Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANS[name]]);
  const errors = Object.entries(CATALOGUE).map(([code, { exit, means }]) => [`\`${code}\``, String(exit), means]);
  return replaceBetween(
    replaceBetween(text, 'exit-codes', table(['Exit code', 'Meaning'], exits)),
    'errors',
    table(['Code', 'Exit', 'Meaning'], errors),
  );
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function replaceBetween(text, name, content) {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(README, withTables(readFileSync(README, 'utf8')));
}
