import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MloError } from '../core/errors/mlo-error.ts';
import { isErrno, withIoErrors } from '../fs/errno.ts';
import { makeFolder } from '../fs/make-folder.ts';
import { writeNewFile } from '../fs/write-new.ts';
import { PIPELINE_FILES } from './find-root.ts';
import { isKeptOutOfGit, keepOutOfGit } from './keep-out-of-git.ts';
import { BASIC_FILES } from './templates/basics.ts';
import { defaultTemplate } from './templates/default.ts';
import { emptyTemplate } from './templates/empty.ts';
import { irisTemplate } from './templates/iris.ts';
import { schemaLine, type Template, type TemplateFiles } from './templates/template.ts';
import type { AppContext } from './types.ts';

const TEMPLATES = { empty: emptyTemplate, default: defaultTemplate, iris: irisTemplate } satisfies { [name: string]: Template };
export type TemplateName = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

/** Present in every project that init made. */
const CONFIG_FILE = '.mlo/config.yaml';
/** Replaced where it is empty. */
const MLO_IGNORE = '.mlo/.gitignore';
/** What these say is right beside any template. */
const KEPT_BY_ALL: ReadonlySet<string> = new Set([...BASIC_FILES.keys(), '.gitignore']);
/** Where npm has installed mlo: else `git add --all` takes thousands of files of packages. */
const IGNORE_PACKAGES = ['.gitignore', 'node_modules/\n'] as const;
const OWN_PIPELINE = ['pipeline.yaml', 'params.yaml'];

export interface InitOptions {
  readonly template: TemplateName;
  /** Relative to where the user stands; made where it is missing. Default: there. */
  readonly directory?: string;
  /** `git init` unless it is inside a repository already. */
  readonly git: boolean;
}

export interface InitData {
  /** Absolute. */
  readonly root: string;
  /** The one that was taken: `empty` in place of `default` where there is a pipeline.yaml or params.yaml already. */
  readonly template: TemplateName;
  /** Paths relative to the root. */
  readonly created: readonly string[];
  /** Files that were there already and stay as they are, relative to the root. */
  readonly kept: readonly string[];
  /** `missing`: there is no git program; `off`: not asked for. */
  readonly git: 'created' | 'present' | 'missing' | 'off';
  /** Three commands to type next (a `cd` first where one is needed). */
  readonly next: readonly string[];
}

/**
 * Makes a project. Never overwrites anything: what the user has already is kept where it makes a project with the rest
 * of the template; else MLO_INIT_EXISTS lists all that is in the way, and nothing is written.
 */
export async function init(ctx: AppContext, options: InitOptions): Promise<InitData> {
  if (options.directory === '')
    throw new MloError('MLO_USAGE', 'The directory to start in is empty', { hint: 'Is a variable of the shell unset?' });
  const root = resolve(ctx.cwd, options.directory ?? '.');
  refuseProject(root);
  // Its stages read its own params: beside files of the user's it would be no project that runs.
  const own = OWN_PIPELINE.some((path) => isTaken(join(root, path)));
  const name = options.template === 'default' && own ? 'empty' : options.template;
  const template: Template = TEMPLATES[name];
  const packages = join(root, 'node_modules');
  const files = new Map([
    ...BASIC_FILES,
    ...(existsSync(packages) ? [IGNORE_PACKAGES] : []),
    ...withSchema(await template.files(), existsSync(join(packages, 'mlo-cli'))),
  ]);
  const kept = keptFiles(root, files, name === 'empty' ? new Set([...KEPT_BY_ALL, ...OWN_PIPELINE]) : KEPT_BY_ALL);
  const created = [...files.keys()].filter((path) => !kept.includes(path));

  makeFolders(root);
  // The pipeline comes last: with it, what was written is a project.
  for (const path of created.toSorted((a, b) => Number(isPipeline(a)) - Number(isPipeline(b)))) {
    makeFolders(dirname(join(root, path)));
    writeNew(root, path, files.get(path) ?? '');
  }
  const git = options.git ? await ensureGit(root) : 'off';
  const step = relative(ctx.cwd, root);
  const [first, ...others] = template.next.map((command) => asStarted(command, root, ctx.env));
  const next = first === undefined ? [] : [step === '' ? first : `cd ${quoted(step)} && ${first}`, ...others];
  return { root, template: name, created, kept, git, next };
}

/**
 * Whoever typed `npx` has no `mlo` to type. Where npm has not installed it, `npx mlo` would be a package of somebody else; with
 * its own name npx takes ours.
 */
function asStarted(command: string, root: string, env: AppContext['env']): string {
  if (env['npm_lifecycle_event'] !== 'npx') return command;
  return command.replace(/^mlo/, isInstalled(root) ? 'npx mlo' : 'npx mlo-cli');
}

/** Where npx looks: beside the project, and above. */
function isInstalled(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/.bin/mlo')) || (dirname(folder) !== folder && isInstalled(dirname(folder)));
}

function makeFolders(path: string): void {
  withIoErrors('make the folder', path, () => makeFolder(path));
}

/** The first line tells editors the schema; a template that names its own keeps its text below. */
function withSchema(files: TemplateFiles, hasOwnPackage: boolean): TemplateFiles {
  const text = Buffer.from(files.get('pipeline.yaml') ?? '').toString('utf8');
  const body = text.replace(/^# yaml-language-server:[^\n]*\n/, '');
  return new Map([...files, ['pipeline.yaml', schemaLine(hasOwnPackage) + body]]);
}

function isPipeline(path: string): boolean {
  return PIPELINE_FILES.some((name) => name === path);
}

function refuseProject(root: string): void {
  if (!isFile(join(root, CONFIG_FILE)) || !PIPELINE_FILES.some((name) => isFile(join(root, name)))) return;
  throw new MloError('MLO_INIT_EXISTS', `${root} is a project already`, {
    hint: 'mlo status; or start another one in a folder of its own: mlo init <directory>',
    details: { root },
  });
}

/** What is there already and may stay: `mine` are the paths that a user may have written as they like. */
function keptFiles(root: string, files: TemplateFiles, mine: ReadonlySet<string>): readonly string[] {
  const taken = [...files.keys()].filter((path) => (path === MLO_IGNORE ? isKeptOutOfGit(join(root, '.mlo')) : isTaken(join(root, path))));
  const kept = taken.filter((path) => {
    const absolute = join(root, path);
    return isFile(absolute) && (mine.has(path) || readFileSync(absolute).equals(Buffer.from(files.get(path) ?? '')));
  });
  refuseExisting(
    root,
    taken.filter((path) => !kept.includes(path)),
  );
  return kept;
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return false;
    throw error;
  }
}

function refuseExisting(root: string, inTheWay: readonly string[]): void {
  if (inTheWay.length === 0) return;
  const [first] = inTheWay;
  const message =
    inTheWay.length === 1 ? `init would overwrite '${first}' in ${root}` : `init would overwrite ${inTheWay.length} files in ${root}`;
  throw new MloError('MLO_INIT_EXISTS', message, {
    hint: 'Move them away, or start in a folder of its own: mlo init <directory>',
    details: { root, paths: inTheWay },
    problems: inTheWay.map((path) => ({ message: 'is there already', file: path })),
  });
}

/** Also where a file lies in place of a folder. */
function isTaken(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return true;
    throw error;
  }
}

function writeNew(root: string, path: string, content: string | Uint8Array): void {
  const absolute = join(root, path);
  const isNew = withIoErrors('write', absolute, () => {
    if (path !== MLO_IGNORE) return writeNewFile(absolute, content);
    keepOutOfGit(dirname(absolute));
    return true;
  });
  if (isNew) return;
  throw new MloError('MLO_INIT_EXISTS', `'${path}' appeared in ${root} while init was writing`, { details: { root, paths: [path] } });
}

async function ensureGit(root: string): Promise<InitData['git']> {
  const run = promisify(execFile);
  try {
    await run('git', ['rev-parse', '--is-inside-work-tree'], { cwd: root });
    return 'present';
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'missing';
  }
  try {
    await run('git', ['init', '--quiet'], { cwd: root });
    return 'created';
  } catch (cause) {
    const why = (cause as { stderr?: string }).stderr?.trim() ?? String(cause);
    throw new MloError('MLO_GIT', `git init failed in ${root}: ${why}`, {
      hint: 'The project itself is ready; to go on without Git use: mlo init --no-git',
      cause,
    });
  }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) && !path.startsWith('-') ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
