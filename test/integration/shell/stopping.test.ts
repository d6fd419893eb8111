import { execFileSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeSync, closeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive, useStageRig } from './stage-rig.ts';

const rig = useStageRig();

function pidIn(name: string): number {
  return Number(readFileSync(rig.path(name), 'utf8'));
}

describe('a timeout', () => {
  it('ends the stage with its grandchildren', async () => {
    const result = await rig.run(['sh -c "sleep 300 & echo \\$! > grandchild; wait" & sleep 300'], { timeoutMs: 2000 });
    expect(result).toMatchObject({ signal: 'SIGTERM', error: { code: 'MLO_STAGE_TIMEOUT' } });
    expect(result.error?.message).toContain("Stage 'train' was ended after its timeout of 2 s: sh -c");
    expect(isAlive(pidIn('grandchild'))).toBe(false);
  });

  it('counts for all commands together', async () => {
    const result = await rig.run(['sleep 0.5', 'sleep 0.5', 'sleep 0.5'], { timeoutMs: 1200 });
    expect(result.error?.code).toBe('MLO_STAGE_TIMEOUT');
  });

  it('of months is none of a millisecond', async () => {
    execFileSync('mkfifo', [rig.path('go')]);
    const run = rig.run(['echo ready; read word < go'], { timeoutMs: 60 * 86_400_000 });
    await rig.said('ready');
    const go = openSync(rig.path('go'), 'r+');
    writeSync(go, 'go\n');
    const { error, exitCode } = await run;
    closeSync(go);
    expect([error, exitCode]).toEqual([undefined, 0]);
  });

  it('does not outlive the stage', async () => {
    expect(await rig.run(['true'], { timeoutMs: 60_000 })).toMatchObject({ exitCode: 0, signal: null });
  });
});

describe('an interruption', () => {
  it('lets the stage tidy up', async () => {
    const abort = new AbortController();
    const run = rig.run(["trap 'echo saved > checkpoint; exit 1' TERM; echo ready; sleep 300 & wait"], { signal: abort.signal });
    await rig.said('ready');
    abort.abort();
    expect(await run).toMatchObject({ exitCode: 1, error: { code: 'MLO_INTERRUPTED' } });
    expect(readFileSync(rig.path('checkpoint'), 'utf8')).toBe('saved\n');
  });

  it('waits for a child that tidies up after its shell has gone', async () => {
    const abort = new AbortController();
    const child = `sh -c "trap 'cat go > checkpoint; exit 0' TERM; mkfifo go; echo ready; while :; do sleep 0.05; done"; true`;
    const run = rig.run([child], { signal: abort.signal });
    await rig.said('ready');
    abort.abort();
    const go = openSync(rig.path('go'), 'w');
    writeSync(go, 'weights');
    closeSync(go);
    expect(await run).toMatchObject({ signal: 'SIGTERM', error: { code: 'MLO_INTERRUPTED' } });
    expect(readFileSync(rig.path('checkpoint'), 'utf8')).toBe('weights');
  });

  it('that is forced ends a stage which ignores SIGTERM at once', async () => {
    const abort = new AbortController();
    const forced = new AbortController();
    const run = rig.run(["trap 'echo deaf' TERM; echo $$ > pid; echo ready; while :; do sleep 0.05; done"], {
      signal: abort.signal,
      forced: forced.signal,
    });
    await rig.said('ready');
    abort.abort();
    await rig.said('deaf');
    forced.abort();
    expect(await run).toMatchObject({ signal: 'SIGKILL', error: { code: 'MLO_INTERRUPTED' } });
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('ends a stage that is stopped by SIGSTOP', async () => {
    const abort = new AbortController();
    const run = rig.run(['echo ready; kill -STOP $$; true'], { signal: abort.signal });
    await rig.said('ready');
    abort.abort();
    expect(await run).toMatchObject({ error: { code: 'MLO_INTERRUPTED' } });
  });

  it('before the start runs nothing', async () => {
    expect(await rig.run(['touch never'], { signal: AbortSignal.abort() })).toMatchObject({ error: { code: 'MLO_INTERRUPTED' } });
    expect(existsSync(rig.path('never'))).toBe(false);
  });

  it('between two commands runs no further one', async () => {
    const abort = new AbortController();
    const run = rig.run(['trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done', 'touch never'], { signal: abort.signal });
    await rig.said('ready');
    abort.abort();
    expect(await run).toMatchObject({ exitCode: 0, error: { code: 'MLO_INTERRUPTED' } });
    expect(existsSync(rig.path('never'))).toBe(false);
  });
});

describe('what a command leaves in the background', () => {
  it('is ended with the stage', async () => {
    const result = await rig.run(['sleep 300 & echo $! > pid']);
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('is killed where it ignores SIGTERM', async () => {
    const result = await rig.run(["(trap '' TERM; echo deaf > armed; sleep 300) & echo $! > pid; until [ -s armed ]; do sleep 0.01; done"]);
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  it('may finish what it writes', async () => {
    await rig.run(['mkfifo p; (cat p; echo late > out; echo late) & echo early > p']);
    expect(rig.text).toBe('early\nlate\n');
    expect(readFileSync(rig.path('out'), 'utf8')).toBe('late\n');
  });

  it('does not keep the stage when it is a daemon that holds the output, and never writes into that of another', async () => {
    const daemon = `sh -c 'trap "" PIPE; echo $$ > pid; read line < go; echo intruder; echo intruder >&2; echo done > over'`;
    execFileSync('mkfifo', [rig.path('go'), rig.path('over')]);
    await rig.run([`setsid ${daemon} & until [ -s pid ]; do sleep 0.01; done`]);
    expect(isAlive(pidIn('pid'))).toBe(true);
    const others = Array.from({ length: 16 }, (_, index) =>
      rig.run([index === 0 ? 'echo > go; cat over; echo mine' : 'echo mine'], { logPath: rig.path(`logs/${index}.log`) }),
    );
    await Promise.all(others);
    expect(rig.text).not.toContain('intruder');
    expect(isAlive(pidIn('pid'))).toBe(false);
  });
});
