import { CATALOGUE } from '../../core/errors/catalogue.ts';
import { CONFIG, CONFIG_KEYS, configText, environmentName } from '../../core/config/keys.ts';
import { REMOTE_SETTINGS } from '../../core/config/remote-settings.ts';
import { padEnd, textWidth } from '../../ui/format/text-width.ts';
import { wrapWords } from '../../ui/format/wrap.ts';
import { ENVIRONMENT } from './environment.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { FROM_DVC } from './from-dvc.ts';
import { FROM_MLFLOW } from './from-mlflow.ts';
import { SEARCH_GRAMMAR } from './search.ts';

export const TOPICS = ['exit-codes', 'errors', 'environment', 'config', 'remotes', 'search', 'from-dvc', 'from-mlflow'] as const;
export type Topic = (typeof TOPICS)[number];

export function isTopic(word: string): word is Topic {
  return TOPICS.some((topic) => topic === word);
}

export interface TopicTable {
  readonly title: string;
  readonly intro: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What `mlo help <topic>` and the documentation say. */
export function topicTable(topic: Topic): TopicTable {
  switch (topic) {
    case 'exit-codes':
      return {
        title: 'Exit codes',
        intro: 'The exit code of mlo says how it went.',
        head: ['Code', 'Meaning'],
        rows: EXIT_MEANINGS.map(({ code, means }) => [String(code), means]),
      };
    case 'errors':
      return {
        title: 'Errors',
        intro:
          'Every error has a code that keeps its meaning. With --json it is error.code. The error of a stage ends repro with exit code 1, whatever its code; the exit codes here are those of errors that end the command itself. `mlo explain CODE` says how one comes about and what to do.',
        head: ['Code', 'Exit', 'Meaning'],
        rows: Object.entries(CATALOGUE).map(([code, { exit, means }]) => [code, String(exit), means]),
      };
    case 'environment':
      return {
        title: 'Environment variables',
        intro: 'Options on the command line come before these, and these before configuration files.',
        head: ['Variable', 'Meaning'],
        rows: ENVIRONMENT,
      };
    case 'remotes':
      return {
        title: 'Settings of remotes',
        intro:
          'What `mlo remote modify NAME SETTING VALUE` sets, under `remotes` in .mlo/config.yaml; `remote` there names the default remote. Secrets are taken with --local or --user only, which Git does not see.',
        head: ['Setting', 'Meaning'],
        rows: Object.entries(REMOTE_SETTINGS).map(([name, { means }]) => [name, means]),
      };
    case 'search':
      return {
        title: 'Search',
        intro:
          'Filters of `mlo runs search` and `mlo runs list --filter`: every filter of MLflow, and more. A comparison holds only where the run has the key, != and NOT LIKE included; none holds for NaN.',
        head: ['Write', 'Meaning'],
        rows: SEARCH_GRAMMAR,
      };
    case 'from-dvc':
      return {
        title: 'From DVC',
        intro:
          'What you are used to type, and what does it here. mlo reads dvc.yaml as it is (params in Python files and deps outside of the project are refused), writes dvc.mlo.lock beside it, and leaves dvc.lock alone.',
        head: ['DVC', 'mlo', 'Remark'],
        rows: FROM_DVC,
      };
    case 'from-mlflow':
      return {
        title: 'From MLflow',
        intro:
          'What you are used to type, and what does it here. There is no server: runs lie in the project. `run` is the run of a stage module, or what `startRun` of mlo-cli gives to a script.',
        head: ['MLflow', 'mlo', 'Remark'],
        rows: FROM_MLFLOW,
      };
    case 'config':
      return {
        title: 'Configuration',
        intro:
          "The strongest place that has a key decides: option, MLO_ variable, .mlo/config.local.yaml, .mlo/config.yaml, the user's own file, default.",
        head: ['Key', 'Default', 'Variable', 'Meaning'],
        rows: CONFIG_KEYS.map((key) => [key, configText(CONFIG[key].fallback), environmentName(key), CONFIG[key].means]),
      };
  }
}

/** Lines of topics are no wider, columns. */
const WIDTH = 100;
/** A last column narrower than this is not wrapped: its lines run over the width instead. */
const NARROWEST = 20;
const GAP = '  ';

/** The last column is wrapped where it would not fit. */
export function topicLines(topic: Topic): string[] {
  const { title, intro, head, rows } = topicTable(topic);
  const widths = head.slice(0, -1).map((_, column) => Math.max(...[head, ...rows].map((row) => textWidth(row[column] ?? ''))));
  const before = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const room = Math.max(NARROWEST, WIDTH - before);
  const lines = (cells: readonly string[]): string[] => {
    const first = widths.map((width, column) => padEnd(cells[column] ?? '', width) + GAP).join('');
    return wrapWords(cells.at(-1) ?? '', room).map((line, index) => ((index === 0 ? first : ' '.repeat(before)) + line).trimEnd());
  };
  return [title, '', ...wrapWords(intro, WIDTH), '', ...lines(head), ...rows.flatMap(lines)];
}
