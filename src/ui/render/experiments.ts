import type { ExperimentsListData } from '../../app/experiments.ts';
import { count, formatCount } from '../../core/text/amount.ts';
import { headline } from '../format/headline.ts';
import { printable } from '../format/printable.ts';
import { tableLines, VALUE_WIDTH } from '../format/table.ts';
import { formatTime } from '../format/time.ts';
import type { Style } from '../style.ts';

type Experiment = ExperimentsListData['experiments'][number];

export function experimentsListLines(experiments: readonly Experiment[], style: Style): string[] {
  return tableLines<Experiment>(
    [
      { title: 'Id', text: ({ id }) => id, align: 'right', drop: 1 },
      { title: 'Name', text: ({ name }) => printable(name), paint: () => style.bold, min: 12, max: VALUE_WIDTH },
      { title: 'Runs', text: ({ runs }) => formatCount(runs), align: 'right' },
      { title: 'Below', text: ({ runsBelow }) => (runsBelow === 0 ? '' : formatCount(runsBelow)), align: 'right', drop: 3 },
      { title: 'Newest', text: ({ newestRunMs }) => (newestRunMs === undefined ? '' : formatTime(newestRunMs)) },
      { title: 'Deleted', text: ({ deletedMs }) => (deletedMs === undefined ? '' : formatTime(deletedMs)) },
      { title: 'Tags', text: ({ tags }) => tagText(tags), paint: () => style.dim, min: 10, drop: 2 },
    ],
    experiments,
    style,
  );
}

export function experimentLine({ id, name, tags }: Experiment, did: string, style: Style): string {
  const more = tagText(tags);
  return `${style.green(style.glyphs.done)} ${did} experiment ${style.bold(headline(name))} (id ${id})${more === '' ? '' : style.dim(` ${more}`)}`;
}

export function experimentChangeLine(
  { experiment, runs, below }: { readonly experiment: Experiment; readonly runs: readonly unknown[]; readonly below: number },
  did: 'Deleted' | 'Restored',
  style: Style,
): string {
  const withRuns = `${count(runs.length - below, 'run')}${below > 0 ? ` and ${formatCount(below)} below` : ''}`;
  return `${style.green(style.glyphs.done)} ${did} experiment ${style.bold(headline(experiment.name))} with ${withRuns}`;
}

function tagText(tags: Experiment['tags']): string {
  return Object.entries(tags)
    .map(([key, value]) => `${printable(key)}=${headline(value)}`)
    .join(' ');
}
