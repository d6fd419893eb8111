import type { RunStatus } from '../../core/run.ts';
import type { Paint, Style } from '../style.ts';

/** As much of a run id as is shown; more than enough to be unique in a project. */
const ID_SHOWN = 8;

export function shortId(id: string): string {
  return id.slice(0, ID_SHOWN);
}

export function statusGlyph(status: RunStatus, { glyphs }: Style): string {
  return { SCHEDULED: glyphs.ellipsis, RUNNING: glyphs.running, FINISHED: glyphs.done, FAILED: glyphs.failed, KILLED: glyphs.cancelled }[
    status
  ];
}

export function statusPaint(status: RunStatus, style: Style): Paint {
  return { SCHEDULED: style.dim, RUNNING: style.cyan, FINISHED: style.green, FAILED: style.red, KILLED: style.yellow }[status];
}
