import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, type CommandResult } from '../../helpers/index.ts';
import { counted, injected } from './inject.ts';
import { scratchFolder } from './scratch-folder.ts';

/** Three files made, renamed and deleted: by this thread and by others, by Node's own code and by the C++ library's; then a process of its own. */
const PROGRAM = `
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
(async () => {
  const names = ['a', 'b', 'c'];
  fs.mkdirSync('folder');
  for (const name of names) fs.writeFileSync(name, 'text');
  await Promise.all(names.map((name) => fs.promises.rename(name, 'folder/' + name)));
  const file = fs.openSync('d', 'w');
  fs.writeSync(file, 'text', 0, 'utf8', 10);
  fs.fsyncSync(file);
  fs.unlinkSync('folder/a');
  fs.rmSync('folder/b');
  spawnSync(process.execPath, ['-e', 'require("node:fs").mkdirSync("other")']);
  console.log(Object.keys(process.env).filter((name) => /^(LD_|MLO_)/.test(name)).join());
})().catch((error) => console.log(error.code, error.syscall));
`;

async function run(cwd: string, env: Readonly<Record<string, string>>): Promise<CommandResult> {
  writeFileSync(join(cwd, 'program.cjs'), PROGRAM);
  return await runCommand(process.execPath, ['program.cjs'], { cwd, env: { PATH: process.env['PATH'], ...env } });
}

describe('a program with a fault', () => {
  it('is counted in all its threads, and what it starts is left alone', async () => {
    const cwd = scratchFolder();
    const { env, read } = counted();
    expect((await run(cwd, env)).stdout).toBe('\n');
    expect(existsSync(join(cwd, 'other'))).toBe(true);
    const made = [...read()].filter(([, count]) => count > 0);
    expect(Object.fromEntries(made)).toEqual({ write: 3, pwrite64: 1, rename: 3, unlink: 2, mkdir: 1, fsync: 1 });
  });

  it('is killed in place of the call that is named', async () => {
    const cwd = scratchFolder();
    const { signal } = await run(cwd, injected({ call: 'rename', nth: 3 }, 'kill'));
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(join(cwd, 'folder')).length).toBe(2);
    expect(existsSync(join(cwd, 'd'))).toBe(false);
  });

  it('gets the error that is named, once or from then on', async () => {
    const once = scratchFolder();
    expect((await run(once, injected({ call: 'unlink', nth: 2 }, 'EACCES'))).stdout).toMatch(/^EACCES/);
    expect(readdirSync(join(once, 'folder'))).toEqual(['b', 'c']);
    const onwards = scratchFolder();
    expect((await run(onwards, injected({ call: 'write', nth: 2, onwards: true }, 'ENOSPC'))).stdout).toBe('ENOSPC write\n');
    expect(readdirSync(onwards).sort()).toEqual(['a', 'b', 'folder', 'program.cjs']);
  });

  it('comes to its end where it never makes that call so often', async () => {
    expect(await run(scratchFolder(), injected({ call: 'rename', nth: 4 }, 'kill'))).toMatchObject({ code: 0, stdout: '\n' });
  });
});
