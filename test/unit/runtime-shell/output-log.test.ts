import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutputLog } from '../../../src/runtime/shell/output-log.ts';
import { fc } from '../../helpers/properties.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function collect(chunks: readonly Uint8Array[], path = join(folder, 'log')): { text: string; tail: readonly string[] } {
  let text = '';
  const log = openOutputLog(path, (part) => (text += part));
  for (const chunk of chunks) log.write(chunk);
  log.close();
  return { text, tail: log.tail() };
}

describe('an output log', () => {
  it('gives the same text however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.array(fc.nat(80), { maxLength: 6 }), (text, cuts) => {
        const bytes = Buffer.from(text);
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(collect(chunks).text).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps bytes that are no text, and shows them as replacement characters', () => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0xe2, 0x82]);
    expect(collect([bytes]).text).toBe('a\ufffd\ufffd\0\ufffd');
    expect(readFileSync(join(folder, 'log')).equals(bytes)).toBe(true);
  });

  it('makes the folders of its file', () => {
    collect([Buffer.from('x')], join(folder, 'a/b/log'));
    expect(readFileSync(join(folder, 'a/b/log'), 'utf8')).toBe('x');
  });

  it('remembers the last ten lines', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    expect(collect([Buffer.from(`${lines.join('\n')}\n`)]).tail).toEqual(lines.slice(2));
    expect(collect([Buffer.from('no newline')]).tail).toEqual(['no newline']);
    expect(collect([]).tail).toEqual([]);
  });

  it('remembers no more than some kilobytes of an endless line', () => {
    const log = openOutputLog(join(folder, 'log'), () => {});
    for (let i = 0; i < 100; i++) log.write(Buffer.alloc(65536, 'x'));
    log.close();
    expect(log.tail().join('').length).toBeLessThan(10_000);
  });

  it('hands the text on although the file cannot be written, and tells why', () => {
    const log = openOutputLog('/dev/null/log', () => {});
    log.write(Buffer.from('x'));
    expect(log.failure()?.code).toBe('ENOTDIR');
    expect(log.tail()).toEqual(['x']);
  });
});
