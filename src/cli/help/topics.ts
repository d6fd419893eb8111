import { CATALOGUE } from '../../core/errors/catalogue.ts';
import { CONFIG, CONFIG_KEYS, configText, environmentName } from '../../core/config/keys.ts';
import { padEnd } from '../../ui/format/text-width.ts';
import { ENVIRONMENT } from './environment.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { SEARCH_GRAMMAR } from './search.ts';

export const TOPICS = ['exit-codes', 'errors', 'environment', 'config', 'search'] as const;
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
          'Every error has a code that keeps its meaning. With --json it is error.code. The error of a stage ends repro with exit code 1, whatever its code; the exit codes here are those of errors that end the command itself.',
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
    case 'search':
      return {
        title: 'Search',
        intro:
          'Filters of `mlo runs search` and `mlo runs list --filter`: every filter of MLflow, and more. A comparison holds only where the run has the key, != and NOT LIKE included; none holds for NaN.',
        head: ['Write', 'Meaning'],
        rows: SEARCH_GRAMMAR,
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

export function topicLines(topic: Topic): string[] {
  const { title, intro, head, rows } = topicTable(topic);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [title, '', intro, '', line(head), ...rows.map(line)];
}
