import { describe, expect, it, vi } from 'vitest';
import { toJson } from '../../src/cli/envelope.ts';
import { guessColor, guessOutput, hidePresets, presetOptionalValues, readGlobals } from '../../src/cli/globals.ts';
import { parseDuration, parsePositiveInteger, parseSince } from '../../src/cli/parse-values.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { redact, secretsOf } from '../../src/core/text/redact.ts';
import { canRedraw, colorLevel, speaksUnicode, styleOptions, widthOf } from '../../src/cli/terminal.ts';

const TTY = { isTTY: true, columns: 100, getColorDepth: () => 24 };
const PIPE = {};

describe('colours', () => {
  it.each([
    ['a terminal has those it can', TTY, {}, 'auto', 3],
    ['a pipe has none', PIPE, {}, 'auto', 0],
    ['NO_COLOR turns them off', TTY, { NO_COLOR: '1' }, 'auto', 0],
    ['an empty NO_COLOR does nothing', TTY, { NO_COLOR: '' }, 'auto', 3],
    ['FORCE_COLOR turns them on', PIPE, { FORCE_COLOR: '2' }, 'auto', 2],
    ['FORCE_COLOR comes before NO_COLOR', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, 'auto', 1],
    ['FORCE_COLOR=0 turns them off', TTY, { FORCE_COLOR: '0' }, 'auto', 0],
    ['a dumb terminal has none', TTY, { TERM: 'dumb' }, 'auto', 0],
    ['--color=never wins', TTY, { FORCE_COLOR: '3' }, 'never', 0],
    ['--color=always wins', PIPE, { NO_COLOR: '1' }, 'always', 1],
  ] as const)('%s', (_what, stream, env, choice, level) => {
    expect(colorLevel(stream, env, choice)).toBe(level);
  });
});

describe('the terminal', () => {
  it('speaks ASCII where the locale is not UTF-8', () => {
    expect(speaksUnicode({ LANG: 'C' })).toBe(false);
    expect(speaksUnicode({ LANG: 'C', LC_ALL: 'en_US.UTF-8' })).toBe(true);
    expect(speaksUnicode({ LANG: 'de_DE.utf8' })).toBe(true);
    expect(speaksUnicode({})).toBe(true);
    expect(speaksUnicode({ TERM: 'dumb', LANG: 'C.UTF-8' })).toBe(false);
  });

  it('gives lines its width, and a pipe any width unless COLUMNS says so', () => {
    expect([
      widthOf(TTY, {}),
      widthOf(PIPE, {}),
      widthOf(PIPE, { COLUMNS: '90' }),
      widthOf({ isTTY: true, columns: 3 }, {}),
      widthOf(PIPE, { COLUMNS: 'x' }),
    ]).toEqual([100, Infinity, 90, 20, Infinity]);
    expect(styleOptions(PIPE, { LANG: 'C.UTF-8' }, 'auto')).toEqual({ level: 0, unicode: true, width: Infinity });
  });

  it('gets a live view only where the cursor can move and a person watches', () => {
    expect(canRedraw(TTY, {})).toBe(true);
    for (const env of [{ CI: 'true' }, { TERM: 'dumb' }, { GITHUB_ACTIONS: 'true' }]) expect(canRedraw(TTY, env)).toBe(false);
    expect(canRedraw(PIPE, {})).toBe(false);
  });
});

describe('JSON', () => {
  it('keeps every digit of large integers and names numbers that JSON lacks', () => {
    expect(toJson({ big: 2n ** 70n, list: [NaN, Infinity, -Infinity, 1.5], none: undefined })).toBe(
      '{"big":1180591620717411303424,"list":["NaN","Infinity","-Infinity",1.5]}',
    );
  });

  it('leaves numbers as they are, whatever their names say', () => {
    expect(toJson({ durationMs: 14.317156000000068, latencyMs: 0.00012345 })).toBe(
      '{"durationMs":14.317156000000068,"latencyMs":0.00012345}',
    );
  });
});

describe('--since', () => {
  it('takes a date as local time unless an offset stands there, as a search of runs does', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    expect(parseSince('2026-11-23')).toBe(Date.UTC(2026, 10, 22, 18, 30));
    expect(parseSince('2026-11-23 12:00')).toBe(Date.UTC(2026, 10, 23, 6, 30));
    expect(parseSince('2026-11-23T12:00Z')).toBe(Date.UTC(2026, 10, 23, 12));
    vi.unstubAllEnvs();
  });

  it('takes how long ago, and refuses what is neither', () => {
    expect(parseSince('7d')).toBeLessThan(Date.now() - 6 * 86_400_000);
    for (const text of ['', '7', 'soon', '2026-02-30', '2026-11-23x']) expect(() => parseSince(text)).toThrow(/Expected how long ago/);
  });
});

describe('options with an optional value', () => {
  it('never take the next word', () => {
    expect(presetOptionalValues(['--json', 'status', '--wait', 'x'])).toEqual(['--json=document', 'status', '--wait=forever', 'x']);
    expect(presetOptionalValues(['add', '--', '--json'])).toEqual(['add', '--', '--json']);
    expect(hidePresets("unknown option '--wait=forever'")).toBe("unknown option '--wait'");
  });

  it('are known before the rest is understood', () => {
    expect([['--json'], ['x', '--json=stream'], ['--', '--json'], []].map(guessOutput)).toEqual(['json', 'stream', 'human', 'human']);
    expect([['--color', 'never'], ['--color=always'], ['--color'], []].map(guessColor)).toEqual(['never', 'always', 'auto', 'auto']);
  });

  it('-C refuses what is no folder', () => {
    expect(() => readGlobals({ C: 'nowhere' }, '/')).toThrow(/no such folder/);
    expect(readGlobals({ C: 'tmp' }, '/').cwd).toBe('/tmp');
  });
});

describe('values', () => {
  it('of durations are seconds unless they say otherwise', () => {
    expect(['30', '30s', '1.5h', '5m', '2min', '500ms'].map(parseDuration)).toEqual([30_000, 30_000, 5_400_000, 300_000, 120_000, 500]);
    for (const wrong of ['', 's', '-1', '1 day', '1e3']) expect(() => parseDuration(wrong)).toThrow(/duration/);
  });

  it('of counts are whole and positive', () => {
    expect(parsePositiveInteger('8')).toBe(8);
    for (const wrong of ['0', '-1', '1.5', '', 'x', '9'.repeat(30)]) expect(() => parsePositiveInteger(wrong)).toThrow(/whole number/);
  });
});

describe('secrets', () => {
  it('are values of variables that sound like it, but not paths to them', () => {
    const env = {
      AWS_SECRET_ACCESS_KEY: 'abcdefgh12345',
      HOME: '/home/somebody',
      SHORT_TOKEN: 'abc',
      GOOGLE_APPLICATION_CREDENTIALS: '/etc/key.json',
    };
    expect(secretsOf(env)).toEqual(['abcdefgh12345']);
  });

  it('are masked in URLs, after secret-sounding names, and wherever their value appears', () => {
    expect(redact('s3://me:pw@host/x abcdefgh12345 password: x1 max_tokens=5', ['abcdefgh12345'])).toBe(
      's3://me:***@host/x *** password: *** max_tokens=5',
    );
  });

  it('never reach the recorded command', () => {
    expect(commandLine(['config', 'set', 'remote.team.secret_access_key', 'abc'], [])).toBe(
      'mlo config set remote.team.secret_access_key ***',
    );
    expect(commandLine(['repro', '-S', "name=it's"], [])).toBe(`mlo repro -S 'name=it'\\''s'`);
  });
});
