import type { RemoteStatusData } from '../../app/remote-status.ts';
import type { RemoteCheckData } from '../../app/remotes/check-remote.ts';
import type { RemoteChangeData } from '../../app/remotes/edit-remotes.ts';
import type { RemoteListData, RemoteShowData } from '../../app/remotes/list-remotes.ts';
import { count } from '../format/number.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export function remoteListLines({ remotes }: RemoteListData, style: Style): string[] {
  if (remotes.length === 0) return ['No remote is set up.'];
  const width = Math.max(...remotes.map(({ name }) => name.length));
  return remotes.map(
    (each) => `${each.name.padEnd(width)}  ${printable(each.url ?? '(no address)')}${each.default ? style.dim('  default') : ''}`,
  );
}

export function remoteShowLines({ name, default: isDefault, settings }: RemoteShowData, style: Style): string[] {
  const width = Math.max(0, ...settings.map(({ key }) => key.length));
  return [
    `${name}${isDefault ? style.dim('  default') : ''}`,
    ...settings.map(({ key, value, origin }) => `  ${key.padEnd(width)}  ${printable(value)}${style.dim(`  ${origin}`)}`),
  ];
}

export function remoteChangeLines({ name, done, file, from, default: isDefault }: RemoteChangeData): string[] {
  if (done === 'unchanged') return [`${name}: nothing to change`];
  const what = from === undefined ? name : `${from} to ${name}`;
  return [
    `${done === 'chosen' ? 'default is now' : done} ${what} (${printable(file)})${isDefault === undefined || isDefault === name ? '' : `; the default is still ${isDefault}`}`,
  ];
}

export function remoteCheckLines({ address, checks }: RemoteCheckData, style: Style): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const told = new Set<string>();
  const once = (hint: string | undefined): string => {
    if (hint === undefined || told.has(hint)) return '';
    told.add(hint);
    return style.dim(` (${printable(hint)})`);
  };
  return [
    printable(address),
    ...checks.map(({ name, ok, found, hint, skipped }) => {
      const mark = skipped === true ? style.dim('-') : ok ? style.green(style.glyphs.done) : style.red(style.glyphs.failed);
      return `${mark} ${name.padEnd(width)}  ${printable(found)}${once(hint)}`;
    }),
  ];
}

/** `pull works, push and gc --remote do not`. */
export function worksText({ pull, push, gc }: RemoteCheckData['works']): string {
  const verbs = [
    ['pull', pull],
    ['push', push],
    ['gc --remote', gc],
  ] as const;
  const [good, bad] = [true, false].map((wanted) => verbs.filter(([, works]) => works === wanted).map(([verb]) => verb));
  const listed = (names: readonly string[]): string =>
    [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
  const text = (names: readonly string[], one: string, many: string): readonly string[] =>
    names.length === 0 ? [] : [`${listed(names)} ${names.length === 1 ? one : many}`];
  return [...text(good ?? [], 'works', 'work'), ...text(bad ?? [], 'does not work', 'do not work')].join(', ');
}

const WORDS = { local: 'not pushed', remote: 'only on the remote', neither: 'not whole in either place' } as const;

export function remoteStatusLines({ remote, upToDate, data, runs }: RemoteStatusData, style: Style): string[] {
  if (upToDate) return [`${count(data.length, 'tracked path')}: cache and ${printable(remote)} have all`];
  const dataLines = data.flatMap(({ path, in: who, state, files = 0, bytes = 0 }) => {
    if (state === 'both') return [];
    const amount = files === 0 ? '' : ` (${count(files, 'file')}, ${formatBytes(bytes)})`;
    const of = who === 'workspace' ? '' : ` of ${printable(who)}`;
    return [`${style.yellow(style.glyphs.running)} ${printable(path)}${of}: ${WORDS[state]}${amount}`];
  });
  return [...dataLines, ...runsStatusLines(runs, style)];
}

function runsStatusLines(runs: RemoteStatusData['runs'], style: Style): string[] {
  if (runs === undefined) return [];
  const { toPush, toFetch, results, damaged } = runs;
  const mark = style.yellow(style.glyphs.running);
  const line = (number: number, what: string, where: string): string[] =>
    number === 0 ? [] : [`${mark} ${count(number, what)}: ${where}`];
  return [
    ...line(toPush, 'run', WORDS.local),
    ...line(toFetch, 'run', 'not here as the remote has them'),
    ...line(results.toPush, 'result', WORDS.local),
    ...line(results.toFetch, 'result', WORDS.remote),
    ...damaged.map(({ key, message }) => `${style.red(style.glyphs.failed)} ${printable(key)} is damaged: ${printable(message)}`),
  ];
}
