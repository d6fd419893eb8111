import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logName, stageLogPath } from '../../../src/runtime/log/log-path.ts';
import { tailLog } from '../../../src/runtime/log/tail-log.ts';
import { fc } from '../../helpers/properties.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-test-'));
  path = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the path of a log', () => {
  it('is readable for common addresses', () => {
    expect(stageLogPath('/p/.mlo/logs', 'train@0.1-adam', 'run')).toBe('/p/.mlo/logs/run/train@0.1-adam.log');
    expect(logName('sub/pipeline.yaml:train')).toBe('sub%2fpipeline.yaml%3atrain');
  });

  it('stays in its folder and differs for addresses that differ, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (one, other) => {
          const name = logName(one);
          expect(basename(name)).toBe(name);
          expect(name.startsWith('.')).toBe(false);
          expect(Buffer.byteLength(name)).toBeLessThan(250);
          fc.pre(Buffer.from(one).compare(Buffer.from(other)) !== 0);
          expect(name.toLowerCase()).not.toBe(logName(other).toLowerCase());
        },
      ),
    );
  });

  it('differs for names that differ in case alone or after 200 characters', () => {
    expect(logName('Train').toLowerCase()).not.toBe(logName('train'));
    expect(logName(`${'x'.repeat(300)}a`)).not.toBe(logName(`${'x'.repeat(300)}b`));
  });
});

describe('showing a log', () => {
  it('gives all of it and ends', async () => {
    writeFileSync(path, 'größe '.repeat(50_000));
    let text = '';
    await tailLog(path, { follow: false, signal: new AbortController().signal, onText: (part) => (text += part) });
    expect(text).toBe('größe '.repeat(50_000));
  });

  it('of a stage that printed nothing gives nothing', async () => {
    let text = '';
    await tailLog(path, { follow: false, signal: new AbortController().signal, onText: (part) => (text += part) });
    expect(text).toBe('');
  });

  it('and following it gives what is appended, to the last byte before the end', async () => {
    const ended = new AbortController();
    const parts: string[] = [];
    const following = tailLog(path, {
      follow: true,
      signal: ended.signal,
      onText: (part) => {
        parts.push(part);
        if (part === 'one\n') appendFileSync(path, 'two\n');
        if (part === 'two\n') {
          appendFileSync(path, 'three');
          ended.abort();
        }
      },
    });
    appendFileSync(path, 'one\n');
    await following;
    expect(parts.join('')).toBe('one\ntwo\nthree');
  });
});
