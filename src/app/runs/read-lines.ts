import { isUtf8 } from 'node:buffer';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { SourceLine } from '../../tracking/merge/types.ts';

/** Our own lines are far shorter; what is longer would only fill the memory. Bytes. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a stream of bytes, one in memory at a time. Throws MLO_FORMAT with `details.line`, and what the stream throws. */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<SourceLine> {
  let number = 1;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    let from = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, from)) {
      waiting.push(piece.subarray(from, end));
      yield { text: textOf(waiting, number), number };
      number += 1;
      waiting = [];
      length = 0;
      from = end + 1;
    }
    length += piece.length - from;
    if (length > LONGEST_LINE) throw fault(number, `the line is longer than ${LONGEST_LINE} bytes`);
    if (from < piece.length) waiting.push(piece.subarray(from));
  }
  if (length > 0) yield { text: textOf(waiting, number), number };
}

function textOf(pieces: readonly Buffer[], number: number): string {
  const [first = Buffer.alloc(0), ...others] = pieces;
  const bytes = others.length === 0 ? first : Buffer.concat(pieces);
  if (!isUtf8(bytes)) throw fault(number, 'the line is not UTF-8');
  return bytes.toString('utf8');
}

function fault(line: number, message: string): MloError {
  return new MloError('MLO_FORMAT', message, { details: { line } });
}
