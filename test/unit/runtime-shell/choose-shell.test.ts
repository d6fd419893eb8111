import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseShell } from '../../../src/runtime/shell/choose-shell.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlo-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

describe('the shell of a stage', () => {
  it('is /bin/sh in pipeline.yaml, even where bash is present', () => {
    install('bash');
    expect(chooseShell({ kind: 'pipeline', env: { PATH: folder } })).toEqual({
      shell: { path: '/bin/sh', args: ['-c'] },
      recorded: '/bin/sh',
    });
  });

  it('is bash without start-up files in dvc.yaml', () => {
    const bash = install('bash');
    expect(chooseShell({ kind: 'dvc', env: { PATH: folder } })).toEqual({
      shell: { path: bash, args: ['--noprofile', '--norc', '-c'] },
      recorded: 'bash',
    });
  });

  it('is /bin/sh in dvc.yaml where there is no bash', () => {
    expect(chooseShell({ kind: 'dvc', env: { PATH: folder } })).toMatchObject({ shell: { path: '/bin/sh' }, recorded: '/bin/sh' });
    expect(chooseShell({ kind: 'dvc', env: {} })).toMatchObject({ recorded: '/bin/sh' });
  });

  it.each([
    ['bash', ['--noprofile', '--norc', '-c']],
    ['zsh', ['--no-rcs', '-c']],
    ['fish', ['--no-config', '-c']],
    ['dash', ['-c']],
  ])('named %s is looked up in PATH and reads no start-up files', (name, args) => {
    const path = install(name);
    for (const kind of ['pipeline', 'dvc'] as const) {
      expect(chooseShell({ kind, shell: name, env: { PATH: `/nowhere:${folder}` } })).toEqual({ shell: { path, args }, recorded: name });
    }
  });

  it('may be an absolute path', () => {
    const path = install('zsh');
    expect(chooseShell({ kind: 'pipeline', shell: path, env: {} })).toEqual({ shell: { path, args: ['--no-rcs', '-c'] }, recorded: path });
  });

  it('is never taken from the current folder', () => {
    install('zsh');
    expect(() => chooseShell({ kind: 'pipeline', shell: 'zsh', env: { PATH: '.:' } })).toThrow(
      "The shell 'zsh' is in none of the folders of PATH",
    );
    expect(() => chooseShell({ kind: 'pipeline', shell: './zsh', env: { PATH: folder } })).toThrow('must be a name or an absolute path');
  });

  it('must be executable', () => {
    const path = install('zsh', 0o644);
    expect(() => chooseShell({ kind: 'pipeline', shell: path, env: {} })).toThrow(`The shell '${path}' is not an executable file`);
    expect(() => chooseShell({ kind: 'pipeline', shell: folder, env: {} })).toThrow('is not an executable file');
  });
});
