import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { LAUNCHER, REPOSITORY } from './paths.ts';
import { runCommand, startCommand, type CommandResult, type RunningCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { withoutBuild } from './without-build.ts';

/** Path → content. A content that starts with `#!` makes the file executable. */
export interface ProjectFiles {
  readonly [path: string]: string | Uint8Array;
}

interface Environment {
  readonly [name: string]: string;
}

export interface ProjectOptions {
  /** `git init` and one commit with all the files. */
  readonly git?: boolean;
}

export interface MloOptions {
  /** On top of the clean environment; `undefined` removes a variable. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly input?: string;
  /** Relative to the project. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

export interface TestProject {
  /** Absolute, without symlinks. */
  readonly root: string;
  /** The user's home of every command: empty at first, outside the project. */
  readonly home: string;
  readonly env: Environment;
  path(...parts: string[]): string;
  write(files: ProjectFiles): Promise<void>;
  read(path: string): Promise<string>;
  exists(path: string): boolean;
  remove(...paths: string[]): Promise<void>;
  /** The built command line, as a user starts it. */
  mlo(args: readonly string[], options?: MloOptions): Promise<CommandResult>;
  /** The same without waiting for its end. */
  start(args: readonly string[], options?: MloOptions): RunningCommand;
  git(...args: string[]): Promise<string>;
  run(program: string, args: readonly string[], options?: MloOptions): Promise<CommandResult>;
}

/** A project in a folder of its own, removed when the test file ends. `{'.mlo/config.yaml': ''}` or `mlo init` makes it one of mlo's. */
export async function createProject(files: ProjectFiles = {}, options: ProjectOptions = {}): Promise<TestProject> {
  const top = await temporaryFolder();
  const root = join(top, 'project');
  const home = join(top, 'home');
  await mkdir(root);
  await mkdir(home);
  const project = projectAt(root, home);
  await project.write(files);
  if (options.git === true) {
    await project.git('init', '--quiet', '--initial-branch=main');
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--allow-empty', '--message=start');
  }
  return project;
}

/** The rig for a folder that is there already, a clone for instance. */
export function projectAt(root: string, home: string): TestProject {
  const env = cleanEnvironment(home);
  const settings = (given: MloOptions = {}) => ({
    cwd: join(root, given.cwd ?? ''),
    env: { ...env, ...given.env },
    ...(given.input === undefined ? {} : { input: given.input }),
    ...(given.timeoutMs === undefined ? {} : { timeoutMs: given.timeoutMs }),
  });
  return {
    root,
    home,
    env,
    path: (...parts) => join(root, ...parts),
    write: (files) => writeFiles(root, files),
    read: (path) => readFile(join(root, path), 'utf8'),
    exists: (path) => existsSync(join(root, path)),
    remove: async (...paths) => {
      for (const path of paths) await rm(join(root, path), { recursive: true, force: true });
    },
    mlo: (args, given) => runCommand(process.execPath, [LAUNCHER, ...args], settings(given)),
    start: (args, given) => startCommand(process.execPath, [LAUNCHER, ...args], settings(given)),
    run: (program, args, given) => runCommand(program, args, settings(given)),
    git: async (...args) => {
      const result = await runCommand('git', args, settings());
      if (result.code !== 0) throw new Error(`git ${args.join(' ')} failed (${result.code}):\n${result.stderr}`);
      return result.stdout;
    },
  };
}

/** The same project, whose commands have these variables too. */
export function withEnvironment(project: TestProject, env: Environment): TestProject {
  return {
    ...project,
    env: { ...project.env, ...env },
    mlo: (args, options = {}) => project.mlo(args, { ...options, env: { ...env, ...options.env } }),
    start: (args, options = {}) => project.start(args, { ...options, env: { ...env, ...options.env } }),
  };
}

async function writeFiles(root: string, files: ProjectFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, content);
    if (typeof content === 'string' && content.startsWith('#!')) await chmod(full, 0o755);
  }
}

/** Nothing of the machine's own settings: no MLO_* (but that there is nothing to build), no Git or npm configuration, no terminal, no colour. */
function cleanEnvironment(home: string): Environment {
  return {
    PATH: [join(REPOSITORY, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.org',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.org',
    ...withoutBuild(),
  };
}
