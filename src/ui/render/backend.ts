import type { BackendInstallData } from '../../app/backend/install.ts';
import type { BackendStatusData } from '../../app/backend/status.ts';
import type { BackendUseData } from '../../app/backend/use.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import { padEnd } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { configChangeLines } from './config.ts';

/** `✓ native  TensorFlow 2.21.0, @tensorflow/tfjs-node 4.22.0, built by mlo`. */
export function backendStatusLines(view: BackendStatusData, style: Style): string[] {
  const { cache, takes } = view;
  const chosen = `default: ${view.default} (${view.origin})${takes === undefined || takes === view.default ? '' : `, which is ${takes} here`}`;
  return [
    ...view.backends.flatMap((row) => rowLines(row, style)),
    chosen,
    style.dim(`cache: ${printable(cache.folder)} (${formatBytes(cache.bytes)})`),
  ];
}

function rowLines(row: BackendStatusData['backends'][number], style: Style): string[] {
  const mark = row.available ? style.green(style.glyphs.done) : style.dim(style.glyphs.failed);
  const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`);
  const facts = row.available
    ? [...versions, ...(row.ours === true ? ['built by mlo'] : []), ...(row.note === undefined ? [] : [row.note])]
    : [];
  const text = row.available ? facts.join(', ') : `not available: ${row.note ?? 'unknown'}`;
  const head = `${mark} ${padEnd(row.name, 6)}  ${printable(text)}`;
  return row.addon === undefined ? [head] : [head, `          ${style.dim(printable(row.addon))}`];
}

export function backendInstallLines({ installed, folder, tensorflow, source }: BackendInstallData, style: Style): string[] {
  const done = style.green(style.glyphs.done);
  const what = `TensorFlow ${tensorflow} from ${printable(source)}`;
  const head = installed ? `${done} native is installed: ${what}` : `${done} native was installed already and works: ${what}`;
  return [head, `  ${style.dim(printable(folder))}`];
}

export function backendUseLines({ change, takes }: BackendUseData, style: Style): string[] {
  return [
    ...configChangeLines(change, style),
    ...(takes === undefined ? [] : [`stages without a backend of their own run on ${takes} here`]),
  ];
}
