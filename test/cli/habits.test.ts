import { describe, expect, it } from 'vitest';
import { leafCommands } from '../../src/cli/command-tree.ts';
import { commandNamed } from '../../src/cli/command-named.ts';
import { commandPath } from '../../src/cli/command.ts';
import { presetOptionalValues } from '../../src/cli/globals.ts';
import { FROM_DVC } from '../../src/cli/help/from-dvc.ts';
import { FROM_MLFLOW } from '../../src/cli/help/from-mlflow.ts';
import { commandHint, optionHint } from '../../src/cli/help/habit-hint.ts';
import { FROM_OTHERS } from '../../src/cli/help/from-others.ts';
import { topicLines, TOPICS } from '../../src/cli/help/topics.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { textWidth } from '../../src/ui/format/text-width.ts';
import { createProjectHere } from '../helpers/index.ts';

const HABITS = [...FROM_DVC, ...FROM_MLFLOW, ...FROM_OTHERS];
const { program } = await buildProgram(async () => {});
const NAMES = leafCommands(program).map(commandPath);

describe('what people are used to type', () => {
  it.each(HABITS)('%s is a line that the command line understands: %s', async (_theirs, ours) => {
    const lines = mloLinesOf(ours);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      if (line === 'mlo --version') continue;
      const words = wordsOf(line.split(' > ')[0] ?? '').slice(1);
      const ran: string[] = [];
      const { program: fresh } = await buildProgram(async (_spec, path) => void ran.push(path), undefined, words);
      await fresh.parseAsync(presetOptionalValues(words), { from: 'user' });
      expect(ran).toHaveLength(1);
    }
  });

  it('names commands that exist in its remarks', () => {
    const named = HABITS.flatMap(([, , remark]) => [...remark.matchAll(/mlo ([a-z][\w -]*)/g)].map(([, words = '']) => words.split(' ')));
    expect(named.length).toBeGreaterThan(3);
    for (const words of named) expect(NAMES).toContain(commandPath(commandNamed(program, words)));
  });

  it('says nothing twice', () => {
    for (const habits of [FROM_DVC, FROM_MLFLOW, FROM_OTHERS]) expect(new Set(habits.map(([theirs]) => theirs)).size).toBe(habits.length);
  });
});

describe('a line of another tool', () => {
  it.each([
    [['exp', 'run', '-S', 'lr=0.1'], 'mlo repro -S lr=0.1 (each repro is a run)'],
    [['exp', 'show'], 'mlo runs list (filters: mlo runs search)'],
    [['exp', 'branch', 'a'], 'mlo help from-dvc says what does here what DVC does there'],
    [['get-url', 's3://bucket/data'], 'mlo get s3://bucket/data'],
    [['data', 'status'], 'mlo status --granular'],
    [['config', 'core.remote', 'origin'], 'mlo remote default NAME'],
    [['config', 'cache.dir'], 'mlo config set KEY VALUE (reads: mlo config get KEY)'],
    [['rm', 'x.csv'], 'mlo remove data (the data itself stays)'],
    [['ui'], 'mlo runs list (one: mlo runs show ID)'],
    [['artifacts', 'download', '-r', '7951'], 'mlo artifacts get ID -o folder'],
    [['snapshots'], 'mlo runs list (of data: git log)'],
    [['remote', 'set-url', 'origin', 's3://x/y'], 'mlo remote modify NAME url s3://bucket/data'],
    [['gc', '-w', '-f'], 'mlo gc --force (else it only says)'],
    [['serve'], 'mlo runs watch (there is no server: runs lie in the project)'],
    [['exp', 'list'], 'mlo runs list'],
    [['push', '--all-commits'], 'mlo push --all-branches --all-tags'],
    [['status', '-r', 'origin'], 'mlo status --remote NAME'],
    [['merge', 'main'], 'mlo checkout (branches are those of Git: git merge first)'],
    [['runs', 'rm', '7951'], 'mlo runs delete ID'],
    [['repro', '-p'], 'mlo repro (all stages of the pipeline file here)'],
    [['repro', '-j', '0'], 'mlo help repro shows what is possible'],
    [['runs', 'list', '--limit', 'x'], 'mlo help runs list shows what is possible'],
    [['repro', '-n'], 'mlo repro --dry'],
    [['repro', '-f'], 'mlo repro --force -s train (-f names a pipeline file)'],
    [['checkout', '-f'], 'mlo checkout --force (-f names a pipeline file)'],
    [['commit', '-m', 'first'], 'mlo commit (it stores data; the message is for git commit -m)'],
    [['push', '--force'], 'mlo push (nothing is ever overwritten there)'],
    [['runs', 'search', '--filter', 'x'], "mlo runs search 'metrics.acc > 0.9' (the filter stands for itself)"],
    [['log'], 'mlo runs list (what ran); what else there is: mlo help log'],
    [['log', '--oneline'], 'Options stand behind the command. mlo runs list (what ran); what else there is: mlo help log'],
    [['diff', '--stat'], 'mlo diff (names the files)'],
    [['runs'], 'mlo runs list; what else there is: mlo help runs'],
    [['-v'], 'mlo --version; what else there is: mlo help'],
  ])('%j is answered by the line of mlo', async (argv, hint) => {
    const project = await createProjectHere();
    const { code, stdout, stderr } = await project.mlo(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n').slice(1)).toEqual([`hint: ${hint}`]);
  });

  it('that nobody is used to type has no answer', () => {
    expect(commandHint(['xyzzy'])).toBeUndefined();
    expect(commandHint([])).toBeUndefined();
    expect(optionHint('repro', '--frce')).toBeUndefined();
    expect(optionHint('dag', '-w')).toBeUndefined();
  });
});

it.each(TOPICS)('the topic %s fits into 100 columns, but for words that are longer', (topic) => {
  const wide = topicLines(topic).filter((line) => textWidth(line) > 100);
  expect(wide.filter((line) => !/^( {20,}|\S+ {2,}\S* *)\S+$/.test(line) && topic.startsWith('from-'))).toEqual([]);
});

it('is aligned, and JSON has its rows', async () => {
  const project = await createProjectHere();
  const shown = await project.mlo(['help', 'from-dvc']);
  const lines = shown.stdout.split('\n').filter((line) => line.startsWith('dvc '));
  expect(lines).toHaveLength(FROM_DVC.length);
  const column = lines[0]!.indexOf('mlo ');
  expect(lines.every((line) => line[column - 1] === ' ' && line[column] !== ' ')).toBe(true);
  const { data } = (await project.mlo(['help', 'from-mlflow', '--json'])).json();
  expect(data.topic).toBe('from-mlflow');
  expect(data.rows).toEqual(FROM_MLFLOW);
});

/** As a shell has them, where quotes stand around whole words. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

/** The lines of mlo in it, as a shell would run them. */
function mloLinesOf(ours: string): readonly string[] {
  return ours
    .split(/&&|\||;/)
    .map((part) => part.trim().replace(/^do /, ''))
    .filter((part) => part.startsWith('mlo '));
}
