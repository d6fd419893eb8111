import type { RunsShowData } from '../../app/runs-show.ts';
import type { Content } from '../../core/content.ts';
import { isSystemMetric, SYSTEM_PREFIX } from '../../core/metrics/system-metric.ts';
import { NOTE_TAG } from '../../core/note-tag.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { headline } from '../format/headline.ts';
import { count, formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { VALUE_WIDTH } from '../format/table.ts';
import { truncate } from '../format/text-width.ts';
import { formatTime } from '../format/time.ts';
import { valueText } from '../format/value-text.ts';
import type { Style } from '../style.ts';
import { listLines } from './list-lines.ts';
import { shortId, statusGlyph, statusPaint } from './run-status.ts';

/** The run, what it logged, and the tree of runs below it. `nowMs`: for the time that running ones have taken. */
export function runsShowLines(run: RunsShowData, style: Style, nowMs: number): string[] {
  return [...aboutLines(run, style), '', ...treeLines(run, style, nowMs, 0)];
}

function aboutLines(run: RunsShowData, style: Style): string[] {
  const { git } = run;
  const facts: [string, string | undefined][] = [
    ['run', run.id],
    ['command', run.command],
    ['started', `${formatTime(run.startedMs)} by ${run.user} on ${run.host}`],
    [
      'git',
      git === undefined
        ? undefined
        : `${git.commit}${git.branch === undefined ? '' : ` (${git.branch})`}${git.dirty ? ', with uncommitted changes' : ''}`,
    ],
    ['experiment', run.experiment],
    ['deleted', run.deletedMs === undefined ? undefined : `${formatTime(run.deletedMs)}; back with: mlo runs restore ${shortId(run.id)}`],
    ['note', run.tags[NOTE_TAG]],
  ];
  return facts.flatMap(([label, text]) =>
    text === undefined ? [] : [`${style.dim(label.padEnd(12))}${truncate(printable(text), style.width - 12, style.glyphs.ellipsis)}`],
  );
}

function treeLines(run: RunsShowData, style: Style, nowMs: number, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const inner = `${indent}    `;
  const children = run.children.flatMap((child) => treeLines(child, style, nowMs, depth + 1));
  return [
    headLine(run, style, nowMs, indent),
    ...listLines('params', paramTexts(run.params, style), inner, style),
    ...listLines('metrics', metricTexts(run.metrics), inner, style),
    ...listLines('system', systemTexts(run.metrics), inner, style),
    ...listLines(
      'tags',
      shownTags(run, depth).map(([key, value]) => `${printable(key)}=${shorten(printable(value), style)}`),
      inner,
      style,
    ),
    ...listLines(
      'artifacts',
      run.artifacts.map(({ path, content }) => `${printable(path)} (${contentText(content)})`),
      inner,
      style,
    ),
    ...listLines(
      'inputs',
      run.inputs.map(
        ({ name, digest, context }) => `${printable(name)} (${context === '' ? '' : `${printable(context)}, `}${shortId(digest)})`,
      ),
      inner,
      style,
    ),
    ...listLines(
      'models',
      run.models.map(({ name, modelType }) => `${printable(name)}${modelType === '' ? '' : ` (${printable(modelType)})`}`),
      inner,
      style,
    ),
    ...run.links.flatMap((link) => [linkLine(link, style, `${indent}  `), ...producerLines(link, style, `${inner}  `)]),
    ...children,
  ];
}

function shownTags(run: RunsShowData, depth: number): readonly (readonly [key: string, value: string])[] {
  return Object.entries(run.tags).filter(([key]) => depth > 0 || key !== NOTE_TAG);
}

/** Glyph, name, id, time and how it ended. */
export function headLine(run: RunsShowData, style: Style, nowMs: number, indent: string): string {
  const time = formatDuration((run.endedMs ?? nowMs) - run.startedMs);
  const state = run.status === 'FINISHED' ? '' : ` ${run.status}`;
  const why = run.reason === undefined ? '' : `: ${headline(run.reason)}`;
  const before = `${indent}${statusGlyph(run.status, style)} `;
  const after = `  ${shortId(run.id)}  ${time}${state}`;
  const name = truncate(printable(run.name), Math.max(8, style.width - before.length - after.length), style.glyphs.ellipsis);
  const room = style.width - before.length - name.length - after.length;
  const paint = statusPaint(run.status, style);
  return `${indent}${paint(statusGlyph(run.status, style))} ${style.bold(name)}${style.dim(`  ${shortId(run.id)}`)}  ${time}${paint(state + truncate(why, Math.max(0, room), style.glyphs.ellipsis))}`;
}

function linkLine(link: RunsShowData['links'][number], style: Style, indent: string): string {
  const glyph = link.outcome === 'restored' ? style.glyphs.restored : style.glyphs.unchanged;
  const maker = link.producerRunId === undefined ? '' : `, made by run ${shortId(link.producerRunId)}`;
  return style.dim(truncate(`${indent}${glyph} ${printable(link.stage)}  ${link.outcome}${maker}`, style.width, style.glyphs.ellipsis));
}

function producerLines({ producer }: RunsShowData['links'][number], style: Style, indent: string): string[] {
  if (producer === undefined) return [];
  return [
    ...listLines('params', paramTexts(producer.params, style), indent, style),
    ...listLines('metrics', metricTexts(producer.metrics), indent, style),
  ];
}

export function paramTexts(params: RunsShowData['params'], style: Style): string[] {
  return Object.entries(params).map(([key, value]) => `${printable(key)}=${shorten(valueText(value), style)}`);
}

function metricTexts(metrics: RunsShowData['metrics']): string[] {
  const logged = Object.entries(metrics).filter(([name]) => !isSystemMetric(name));
  return logged.map(([name, { value, step, points, min, max }]) => {
    const extremes = [extremeText('min', min, value), extremeText('max', max, value)].join('');
    return `${printable(name)}=${formatNumber(value)}${points > 1 ? ` (${count(points, 'point')}, step ${step}${extremes})` : ''}`;
  });
}

/** What was sampled of the machine: the last values, without the words that all of them have. */
function systemTexts(metrics: RunsShowData['metrics']): string[] {
  const sampled = Object.entries(metrics).filter(([name]) => isSystemMetric(name));
  return sampled.map(([name, { value }]) => `${printable(name.slice(SYSTEM_PREFIX.length))}=${formatNumber(value)}`);
}

/** Nothing where the last value is the extreme one. */
function extremeText(word: string, extreme: RunsShowData['metrics'][string]['min'], last: number): string {
  return extreme === undefined || extreme.value === last ? '' : `; ${word} ${formatNumber(extreme.value)} at ${extreme.step}`;
}

function contentText(content: Content): string {
  return content.kind === 'tree' ? `${count(content.files ?? 0, 'file')}, ${formatBytes(content.size)}` : formatBytes(content.size);
}

function shorten(text: string, style: Style): string {
  return truncate(text, VALUE_WIDTH, style.glyphs.ellipsis);
}
