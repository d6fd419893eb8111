import type { Span, ThreadSpans } from './trace.ts';

/** One event of the Trace Event Format (Chromium's "Trace Event Format" document, "JSON Object Format"). Microseconds. */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
    }
  | {
      readonly ph: 'M';
      readonly name: 'thread_name';
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    };

export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: { readonly [name: string]: string | number };
}

/**
 * Complete events of one row must nest. Work that one thread has in hand at the same time (stages side by side)
 * therefore gets rows of its own: a span goes into the row of its parent, or into the next one where it fits.
 */
export function chromeTrace(threads: readonly ThreadSpans[], pid: number, otherData: ChromeTrace['otherData']): ChromeTrace {
  const all = threads.flatMap(({ spans }) => spans);
  const originUs = all.reduce((least, span) => Math.min(least, span.startUs), Number.POSITIVE_INFINITY);
  const names: string[] = [];
  const events: TraceEvent[] = [];
  for (const [thread, parts] of Map.groupBy(threads, (each) => each.thread)) {
    const firstRow = names.length;
    const rows = layOut(parts);
    for (const { span, row } of rows.spans)
      events.push({
        ph: 'X',
        name: span.name,
        cat: 'mlo',
        pid,
        tid: firstRow + row,
        ts: span.startUs - originUs,
        dur: span.endUs - span.startUs,
      });
    for (let row = 0; row < rows.count; row += 1) names.push(row === 0 ? thread : `${thread}, side by side ${row}`);
  }
  const titles = names.map((name, tid): TraceEvent => ({ ph: 'M', name: 'thread_name', pid, tid, args: { name } }));
  return { displayTimeUnit: 'ms', traceEvents: [...titles, ...events], otherData };
}

function layOut(parts: readonly ThreadSpans[]): {
  readonly spans: readonly { readonly span: Span; readonly row: number }[];
  readonly count: number;
} {
  /** The spans that are still open at the point reached, for each row. */
  const open: Span[][] = [];
  const rowOf = new Map<number, number>();
  // A parent starts before its children, or at the same moment with the smaller id.
  const sorted = parts.flatMap(({ spans }) => spans).toSorted((a, b) => a.startUs - b.startUs || a.id - b.id);
  const spans = sorted.map((span) => {
    const home = rowOf.get(span.parent) ?? 0;
    const row = [home, ...open.keys()].find((each) => fits(open[each] ?? [], span)) ?? open.length;
    (open[row] ??= []).push(span);
    rowOf.set(span.id, row);
    return { span, row };
  });
  return { spans, count: open.length };
}

/** A row takes a span when nothing in it is still open, or when what is open last is the span's parent and lasts at least as long. */
function fits(row: Span[], span: Span): boolean {
  while ((row.at(-1)?.endUs ?? Number.POSITIVE_INFINITY) <= span.startUs) row.pop();
  const last = row.at(-1);
  return last === undefined || (last.id === span.parent && last.endUs >= span.endUs);
}
