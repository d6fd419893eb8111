import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, type TestProject } from '../helpers/index.ts';

let project: TestProject;

beforeAll(async () => {
  project = await createProject({ 'pipeline.yaml': 'stages:\n  a:\n    cmd: echo x > a.txt\n    outs: [a.txt]\n' });
  await symlink('circle', join(project.root, 'circle'));
});

describe('the command line', () => {
  it.each([
    ['an unknown command', ['statu'], "Unknown command 'statu'", 'Did you mean status?'],
    ['an unknown option', ['repro', '--frce'], "Unknown option '--frce'", 'Did you mean --force?'],
    ['an unknown command of a family', ['stage', 'lst'], "Unknown command 'lst'", 'Did you mean list?'],
    ['an unknown command that is near to none', ['xyzzy'], "Unknown command 'xyzzy'", 'mlo help lists the commands'],
    [
      'a family without a command',
      ['config'],
      "A command is missing after 'mlo config'",
      'mlo config list; what else there is: mlo help config',
    ],
    ['a missing argument', ['freeze'], "Missing required argument 'targets'", 'mlo help'],
    ['one argument too many', ['doctor', 'now'], 'Too many arguments', 'mlo help'],
    ['a value that is none', ['repro', '-j', '0'], "Option '-j, --jobs <count>' argument '0' is invalid", 'mlo help'],
    ['a wait that is no duration', ['repro', '--wait=soon'], 'is invalid', 'mlo help'],
    ['a folder of too long a name', ['-C', 'n'.repeat(300), 'status'], ': the name is too long', ''],
    ['a folder that symlinks lead to in a circle', ['-C', 'circle', 'status'], '-C circle: symlinks lead in a circle', ''],
    ['a file for a folder', ['-C', 'pipeline.yaml', 'status'], '-C pipeline.yaml: this is not a folder', ''],
    ['a folder below a file', ['-C', 'pipeline.yaml/x', 'status'], '-C pipeline.yaml/x: a file lies on the way', ''],
    ['a param without a value', ['log', 'params', 'foo'], "'foo' is no param: key=value was expected", 'For example: lr=0.1'],
    ['two values of one param', ['log', 'params', 'a=1', 'a=2'], "the param 'a' has two values here", 'mlo log params'],
    ['a folder that is not there', ['-C', 'nowhere', 'status'], '-C nowhere', ''],
    ['a topic that is none', ['help', 'exit-code'], "'exit-code'", 'Did you mean exit-codes?'],
  ])('refuses %s with exit code 2 and says what to do', async (_what, args, message, hint) => {
    const { code, stdout, stderr } = await project.mlo(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error\[MLO_USAGE\]: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('knows a command by its alias too', async () => {
    expect((await project.mlo(['fsck', '--nope', '--json'])).json().command).toBe('verify');
    expect((await project.mlo(['help', 'fsck'])).stdout).toMatch(/^Usage: mlo verify\|fsck /);
    expect((await project.mlo(['help', 'fscks'])).stderr).toContain('Did you mean fsck?');
  });

  it('says the same as one JSON document', async () => {
    const result = await project.mlo(['repro', '--frce', '--json']);
    expect(result.code).toBe(2);
    expect(result.stderr).toBe('');
    expect(result.json()).toMatchObject({
      schemaVersion: 1,
      command: 'repro',
      ok: false,
      error: { code: 'MLO_USAGE', message: "Unknown option '--frce'", hint: 'Did you mean --force?' },
    });
  });

  it('says of a family without a command how to get its help, and nothing else', async () => {
    const result = await project.mlo(['runs', '--json']);
    expect(result.stderr).toBe('');
    expect(result.json()).toMatchObject({
      ok: false,
      command: 'runs',
      error: { code: 'MLO_USAGE', hint: 'mlo runs list; what else there is: mlo help runs' },
    });
  });

  it.each([
    ['a family and a verb', ['-C', '.', 'stage', '--json', 'list', '--nope'], 'stage list'],
    ['a family with an unknown verb', ['--json', 'stage', 'lst'], 'stage'],
    ['a verb with too many arguments', ['doctor', 'now', '--json'], 'doctor'],
    ['nothing that is known', ['statu', '--json'], ''],
  ])('names the command in the JSON of an error after %s', async (_what, args, command) => {
    const result = await project.mlo(args);
    expect(result.code).toBe(2);
    expect(result.json()).toMatchObject({ ok: false, command, error: { code: 'MLO_USAGE' } });
  });

  it('gives errors of the line itself as the last line of a stream', async () => {
    const { stdout } = await project.mlo(['repro', '--frce', '--json=stream']);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'result', command: 'repro', ok: false });
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  it('gives version and help as one JSON document too', async () => {
    const plain = (await project.mlo(['--version'])).stdout.trim();
    for (const args of [
      ['--version', '--json'],
      ['--json', '-V'],
    ]) {
      const { code, stdout } = await project.mlo(args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, command: 'version', ok: true, data: { version: plain }, warnings: [] });
    }
    const help = (await project.mlo(['stage', 'list', '--help', '--json'])).json();
    expect(help).toMatchObject({ command: 'help', ok: true, data: { name: 'list' } });
    expect(help).toEqual((await project.mlo(['help', 'stage', 'list', '--json'])).json());
  });

  it('prints help on stdout with exit code 0', async () => {
    for (const args of [[], ['--help'], ['repro', '--help'], ['help', 'repro'], ['help', 'errors']]) {
      const { code, stdout, stderr } = await project.mlo(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.length).toBeGreaterThan(200);
    }
    expect((await project.mlo(['repro', '--help'])).stdout).toContain('Examples:\n  $ mlo repro\n');
  });

  it('asks for a verb where a family has several, with exit code 2', async () => {
    const { code, stdout, stderr } = await project.mlo(['stage']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      "error[MLO_USAGE]: A command is missing after 'mlo stage'\nhint: mlo stage list; what else there is: mlo help stage\n",
    );
  });

  it('has no stack of an error of the line, with --verbose neither', async () => {
    const { code, stderr } = await project.mlo(['repro', '--frce', '-v']);
    expect([code, stderr]).toEqual([2, "error[MLO_USAGE]: Unknown option '--frce'\nhint: Did you mean --force?\n"]);
  });

  it('describes all commands as data', async () => {
    const { data } = (await project.mlo(['help', '--json'])).json();
    const names = data.commands.map((command: { name: string }) => command.name);
    expect(names).toEqual(
      expect.arrayContaining([
        'init',
        'repro',
        'status',
        'dag',
        'stage',
        'logs',
        'add',
        'checkout',
        'commit',
        'params',
        'metrics',
        'runs',
        'config',
        'doctor',
        'help',
      ]),
    );
  });

  it('prints its version', async () => {
    const { code, stdout } = await project.mlo(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('acts elsewhere with -C', async () => {
    const { code, stdout } = await project.mlo(['-C', project.root, 'stage', 'list'], { cwd: '..' });
    expect(code).toBe(0);
    expect(stdout).toContain('a ');
  });

  it('outside a project names what it looked for and exits with 10', async () => {
    const empty = await createProject();
    const { code, stderr } = await empty.mlo(['status']);
    expect(code).toBe(10);
    expect(stderr).toContain('error[MLO_NOT_A_PROJECT]');
    expect(stderr).toContain('hint: ');
  });
});

describe('colours', () => {
  it.each([
    ['FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', {}, { NO_COLOR: '1' }, false],
  ])('follow %s', async (_what, _unused, env, coloured) => {
    const { stdout } = await project.mlo(['status'], { env });
    expect(stdout.includes('\u001b[')).toBe(coloured);
  });

  it('follow --color before the environment', async () => {
    expect((await project.mlo(['status', '--color=never'], { env: { FORCE_COLOR: '3' } })).stdout).not.toContain('\u001b[');
    expect((await project.mlo(['status', '--color', 'always'], { env: { NO_COLOR: '1' } })).stdout).toContain('\u001b[');
  });

  it('and other characters than ASCII are left out on a plain terminal', async () => {
    const { stdout } = await project.mlo(['dag'], { env: { LANG: 'C' } });
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    expect(stdout).toMatch(/^[\x00-\x7f]+$/);
  });
});
