import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useStageRig } from './stage-rig.ts';

const rig = useStageRig();

describe('the output of a stage', () => {
  it('is kept in the order in which it was written, both streams together', async () => {
    await rig.run(['for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done']);
    const expected = [1, 2, 3, 4, 5].map((i) => `out ${i}\nerr ${i}\n`).join('');
    expect(rig.log()).toBe(expected);
    expect(rig.text).toBe(expected);
  });

  it('is appended for all commands and runs', async () => {
    await rig.run(['echo a', 'echo b']);
    await rig.run(['echo c']);
    expect(rig.log()).toBe('a\nb\nc\n');
  });

  it('makes no log where there is none', async () => {
    await rig.run(['true']);
    expect(existsSync(rig.path('logs'))).toBe(false);
  });

  it('may be written by way of /dev/stdout and /dev/stderr', async () => {
    const result = await rig.run(['echo one; echo two > /dev/stderr; echo three | tee /dev/stderr; echo four > /dev/stdout']);
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(rig.log()).toBe('one\ntwo\nthree\nthree\nfour\n');
  });

  it('arrives while the stage runs', async () => {
    const run = rig.run(['mkfifo go; echo ready; cat go']);
    await rig.said('ready');
    const helper = rig.run(['echo went > go'], { logPath: rig.path('logs/other.log') });
    expect(await run).toMatchObject({ exitCode: 0 });
    await helper;
    expect(rig.log()).toBe('ready\nwent\n');
  });

  it('is kept byte by byte where it is not text', async () => {
    await rig.run(['head -c 300000 /dev/urandom > bytes; cat bytes']);
    expect(readFileSync(rig.path('logs/stage.log')).equals(readFileSync(rig.path('bytes')))).toBe(true);
  });

  it('of 100 MB passes in bounded memory', { timeout: 60_000 }, async () => {
    const before = process.memoryUsage.rss();
    let characters = 0;
    let peak = 0;
    await rig.run(["head -c 100000000 /dev/zero | tr '\\0' x"], {
      onOutput: (_, text) => {
        characters += text.length;
        peak = Math.max(peak, process.memoryUsage.rss());
      },
    });
    expect(characters).toBe(100_000_000);
    expect(statSync(rig.path('logs/stage.log')).size).toBe(100_000_000);
    expect(peak - before).toBeLessThan(80_000_000);
    rmSync(rig.path('logs'), { recursive: true });
  });
});
