import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import { padEnd } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { configChangeLines, type ConfigEntryView } from './config.ts';

interface BackendRow {
  readonly name: string;
  readonly available: boolean;
  readonly note?: string;
  readonly versions: { readonly [name: string]: string };
  readonly addon?: string;
  readonly ours?: boolean;
}

export interface BackendStatusView {
  readonly default: string;
  readonly origin: string;
  readonly takes: string | undefined;
  readonly backends: readonly BackendRow[];
  readonly cache: { readonly folder: string; readonly bytes: number };
}

/** `✓ native  TensorFlow 2.21.0, @tensorflow/tfjs-node 4.22.0, built by mlo`. */
export function backendStatusLines(view: BackendStatusView, style: Style): string[] {
  const { cache, takes } = view;
  const chosen = `default: ${view.default} (${view.origin})${takes === undefined || takes === view.default ? '' : `, which is ${takes} here`}`;
  return [
    ...view.backends.flatMap((row) => rowLines(row, style)),
    chosen,
    style.dim(`cache: ${printable(cache.folder)} (${formatBytes(cache.bytes)})`),
  ];
}

function rowLines(row: BackendRow, style: Style): string[] {
  const mark = row.available ? style.green(style.glyphs.done) : style.dim(style.glyphs.failed);
  const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`);
  const facts = row.available
    ? [...versions, ...(row.ours === true ? ['built by mlo'] : []), ...(row.note === undefined ? [] : [row.note])]
    : [];
  const text = row.available ? facts.join(', ') : `not available: ${row.note ?? 'unknown'}`;
  const head = `${mark} ${padEnd(row.name, 6)}  ${printable(text)}`;
  return row.addon === undefined ? [head] : [head, `          ${style.dim(printable(row.addon))}`];
}

export interface BackendInstallView {
  readonly installed: boolean;
  readonly folder: string;
  readonly tensorflow: string;
  readonly source: string;
}

export function backendInstallLines({ installed, folder, tensorflow, source }: BackendInstallView, style: Style): string[] {
  const done = style.green(style.glyphs.done);
  const what = `TensorFlow ${tensorflow} from ${printable(source)}`;
  const head = installed ? `${done} native is installed: ${what}` : `${done} native was installed already and works: ${what}`;
  return [head, `  ${style.dim(printable(folder))}`];
}

export interface BackendUseView {
  readonly change: { readonly key: string; readonly file: string; readonly changed: boolean; readonly effective: ConfigEntryView };
  readonly takes: string | undefined;
}

export function backendUseLines({ change, takes }: BackendUseView, style: Style): string[] {
  return [
    ...configChangeLines(change, style),
    ...(takes === undefined ? [] : [`stages without a backend of their own run on ${takes} here`]),
  ];
}
