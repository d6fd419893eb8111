import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionKind } from '../../src/app/complete.ts';
import { completionTables } from '../../src/cli/completion/tables.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { createProject, findProgram, LAUNCHER, type TestProject } from '../helpers/index.ts';
import { inTerminal, type TerminalRun } from './pseudo-terminal.ts';

const KINDS: readonly CompletionKind[] = ['stages', 'params', 'runs', 'remotes', 'experiments', 'revisions'];
const HOSTILE = `it's $(touch pwned) "q" \\ ; touch pwned`;

let project: TestProject;
/** Where `mlo` is one that prints the words that the shell gives it, in angle brackets, and completes as ever. */
let path: string;

beforeAll(async () => {
  project = await createProject(
    {
      'pipeline.yaml': [
        'stages:',
        '  train: {cmd: touch model, outs: [model], params: [train.lr]}',
        '  grid:',
        '    matrix: {size: [small, large]}',
        '    cmd: echo ${item.size}',
        '',
      ].join('\n'),
      'params.yaml': 'train: {lr: 0.1, epochs: 3}\n',
      'nested/pipeline.yaml': 'stages:\n  prepare: {cmd: "true"}\n',
      'nested/notes.txt': '',
      '.mlo/config.yaml': 'remotes:\n  origin: {url: /mnt/data}\n',
    },
    { git: true },
  );
  await project.git('branch', 'feature/lr');
  const made = await project.mlo(['experiments', 'create', HOSTILE]);
  expect(made.stderr).not.toContain('error');
  const folder = join(project.home, 'programs');
  path = [folder, project.env['PATH'] ?? ''].join(delimiter);
  const script = `#!/bin/sh
case " $* " in
*" __complete "*|*" completion "*) exec '${process.execPath}' '${LAUNCHER}' "$@" ;;
esac
printf '<%s>' "$@"
echo
`;
  await mkdir(folder);
  await writeFile(join(folder, 'mlo'), script);
  await chmod(join(folder, 'mlo'), 0o755);
});

describe('mlo __complete', () => {
  it.each([
    ['stages', 'gr', ['grid@small', 'grid@large']],
    ['stages', 'nested', ['nested/pipeline.yaml:prepare']],
    ['params', 'train.', ['train.lr=', 'train.epochs=']],
    ['params', 'params.yaml:train.l', ['params.yaml:train.lr=']],
    ['remotes', '', ['origin']],
    ['experiments', 'it', [HOSTILE]],
    ['revisions', 'f', ['feature/lr']],
    ['runs', '', []],
    ['nothing', '', []],
    ['stages', '-', []],
  ])('prints %s that begin with "%s"', async (kind, prefix, expected) => {
    const { code, stdout, stderr } = await project.mlo(['__complete', kind, '--', prefix]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t')[0]),
    ).toEqual(expected);
  });

  it('says nothing, and fails never, outside a project and in a broken one', async () => {
    const broken = await createProject({ '.mlo/config.yaml': 'a: [', 'pipeline.yaml': ':\n\t-', 'params.yaml': '{' });
    const nowhere = await createProject();
    for (const kind of [...KINDS, ''])
      for (const { mlo } of [broken, nowhere]) expect(await mlo(['__complete', kind])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(broken.exists('.mlo/state')).toBe(false);
  });

  it('offers the stages that are right where others are wrong, and no names that would move the cursor', async () => {
    const partly = await createProject({
      'pipeline.yaml': 'stages:\n  good: {cmd: "true"}\n  bad: {comand: "true"}\n',
      'params.yaml': '"a\\e[31mb": 1\nplain: 2\n',
    });
    expect((await partly.mlo(['__complete', 'stages'])).stdout).toBe('good\ttrue\n');
    expect((await partly.mlo(['__complete', 'params'])).stdout).toBe('plain=\t2\n');
  });

  it('is what the scripts ask for', async () => {
    const { program } = await buildProgram(async () => {});
    const { commands } = completionTables(program);
    const kinds = commands.flatMap(({ lines }) => lines.map((line) => line.split('\t')[line.startsWith('o') ? 2 : 1] ?? ''));
    const dynamic = kinds.filter((kind) => /^\??@/.test(kind)).map((kind) => kind.replace(/^\??@/, '').replace('+files', ''));
    expect(new Set(dynamic)).toEqual(new Set(KINDS));
  });
});

it('the tables know every command, and no hidden ones', async () => {
  const { program } = await buildProgram(async () => {});
  const { commands, globals } = completionTables(program);
  const paths = commands.flatMap((each) => each.paths);
  expect(paths).toEqual(expect.arrayContaining(['', 'runs', 'runs list', 'verify', 'fsck', 'completion', 'explain']));
  expect(paths).not.toContain('__complete');
  expect(globals).toContain('o\t--color\t=auto,always,never\tcolours: auto, always or never');
  for (const line of [...globals, ...commands.flatMap((each) => each.lines)]) expect(line).toMatch(/^[coaA](\t[^\t\n]+)+$/);
});

/** What is typed before Tab and Enter, and the words that mlo is started with then. */
const LINES: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ['mlo runs se', ['runs', 'search']],
  ['mlo fre', ['freeze']],
  ['mlo repro tra', ['repro', 'train']],
  ['mlo freeze grid@s', ['freeze', 'grid@small']],
  ['mlo freeze nested/pipeline.yaml:p', ['freeze', 'nested/pipeline.yaml:prepare']],
  ['mlo repro -S train.l', ['repro', '-S', 'train.lr=']],
  ['mlo repro --set=train.l', ['repro', '--set=train.lr=']],
  ['mlo --color=ne', ['--color=never']],
  ['mlo -q --no-input explain MLO_OUT_U', ['-q', '--no-input', 'explain', 'MLO_OUT_UNSAVED']],
  ['mlo push -r or', ['push', '-r', 'origin']],
  ['mlo diff fea', ['diff', 'feature/lr']],
  ['mlo add nested/no', ['add', 'nested/notes.txt']],
  ['mlo runs list --experi', ['runs', 'list', '--experiment']],
  ['mlo runs list --experiment it', ['runs', 'list', '--experiment', HOSTILE]],
];

describe.skipIf(findProgram('bash') === undefined)('bash', () => {
  completesIn('bash', ['--norc', '--noprofile', '-i'], `bind 'set bell-style none'; eval "$(mlo completion bash)"`);
});

describe.skipIf(findProgram('zsh') === undefined)('zsh', () => {
  completesIn('zsh', ['-f', '-i'], `autoload -Uz compinit; compinit -u -D; unsetopt beep; eval "$(mlo completion zsh)"`);
});

function completesIn(shell: string, args: readonly string[], setUp: string): void {
  let terminal: TerminalRun;

  beforeAll(async () => {
    terminal = inTerminal(project, shell, args, {
      columns: 200,
      rows: 50,
      env: { PATH: path, PS1: '> ', LC_ALL: 'C.UTF-8' },
      limitMs: 80_000,
    });
    terminal.type(`${setUp}; echo re''ady\r`);
    await terminal.waitFor('ready');
  });

  afterAll(async () => {
    terminal.type('\u0015exit\r');
    await terminal.ended;
  });

  it.each(LINES)('%s', async (typed, words) => {
    const before = (await terminal.screen()).filter((line) => line.startsWith('<')).length;
    terminal.type(`${typed}\t`);
    // The shell reads what is typed in order: Enter comes after what Tab does.
    terminal.type('\r');
    await expect
      .poll(async () => (await terminal.screen()).filter((line) => line.startsWith('<')).slice(before))
      .toEqual([words.map((word) => `<${word}>`).join('')]);
    expect(project.exists('pwned')).toBe(false);
  });
}

describe.skipIf(findProgram('fish') === undefined)('fish', () => {
  it('completes the same lines', async () => {
    const script = [
      'mlo completion fish | source',
      // `string replace` fails where there is nothing to replace.
      ...LINES.map(([typed]) => `echo "-- "; complete -C ${quoted(typed)} | string replace -r '\\t.*' ''; true`),
    ].join('\n');
    const { code, stdout, stderr } = await project.run('fish', ['--no-config', '-c', script], { env: { PATH: path } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = stdout
      .split('-- \n')
      .slice(1)
      .map((part) => part.trimEnd().split('\n'));
    expect(found).toEqual(LINES.map(([, words]) => [words.at(-1)]));
    expect(project.exists('pwned')).toBe(false);
  });
});

it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s that is the same as JSON', async (shell) => {
  const { stdout } = await project.mlo(['completion', shell]);
  const { data } = (await project.mlo(['completion', shell, '--json'])).json();
  expect(data).toEqual({ shell, script: stdout });
  expect(stdout).toContain('runs list');
});

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
