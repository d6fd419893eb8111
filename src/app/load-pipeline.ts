import { statSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import type { InspectedPipeline, LoadInput } from '../core/pipeline/load.ts';
import type { Pipeline, ProjectPath } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { openIgnore } from '../fs/ignore.ts';
import { ignoredPath, unseenPlace } from './add/path-faults.ts';
import { PIPELINE_FILES } from './find-root.ts';
import { innerProject } from './inner-project.ts';
import { readParsed, writeParsed, type ReadText } from './parsed-cache.ts';
import { absolutePath, projectPath } from './paths.ts';
import type { Project } from './project.ts';
import { textReader } from './read-text.ts';

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  /** The file commands without targets work on: `--file`, else the one where the user stands or above. */
  readonly file: ProjectPath;
  readonly readText: ReadText;
}

type Need = 'stages' | 'nothing';

const NO_PIPELINE: Pipeline = { files: [], stages: [] };

/**
 * All pipeline files of the project, resolved; from the parsed cache where no source has changed.
 * A project of data alone has none: that is an error for commands that need stages.
 */
export async function loadProjectPipeline(
  project: Project,
  file?: string,
  need: Need = 'stages',
  overlay?: ReadonlyMap<ProjectPath, string>,
): Promise<LoadedPipeline> {
  if (need === 'nothing' && file === undefined && project.scan().pipelines.length === 0)
    return { pipeline: NO_PIPELINE, file: PIPELINE_FILES[0], readText: textReader(project.root, overlay) };
  const { files, current } = pipelineFiles(project, file, need);
  const readText = textReader(project.root, overlay, files);
  const about = files.join('\n');

  const kept = readParsed<Pipeline>(project.stateDir, 'pipeline', about, readText);
  if (kept !== undefined) return { pipeline: kept, file: current, readText };

  const { loadPipeline } = await import('../core/pipeline/load.ts');
  const { pipeline, sources, warnings } = loadPipeline(loadInput(files, readText));
  for (const problem of warnings) project.ctx.emit({ type: 'warning', message: problem.message, problem });
  if (warnings.length === 0) project.keepState(() => writeParsed(project.stateDir, 'pipeline', about, sources, pipeline, readText));
  return { pipeline, file: current, readText };
}

/** The stages of the project that are right, what is wrong with the others, and what these would write. */
export async function inspectProjectPipeline(
  project: Project,
  file?: string,
  overlay?: ReadonlyMap<ProjectPath, string>,
): Promise<InspectedPipeline & LoadedPipeline> {
  const { files, current } = pipelineFiles(project, file);
  const readText = textReader(project.root, overlay, files);
  const { inspectPipeline } = await import('../core/pipeline/load.ts');
  return { ...inspectPipeline(loadInput(files, readText)), file: current, readText };
}

/** `files` as `pipelineFiles` or `withChosen` has them. */
export function loadInput(files: readonly ProjectPath[], readText: ReadText): LoadInput {
  const rootFile = files.find((path) => !path.includes('/'));
  return { files, readText, ...(rootFile === undefined ? {} : { rootFile }) };
}

/**
 * All pipeline files, and the one that a command without targets works on: `file`, else the one where the user stands or above. Where
 * all of them lie in other folders, that is an error for commands that need stages.
 */
export function pipelineFiles(
  project: Project,
  file?: string,
  need: Need = 'stages',
): { readonly files: readonly ProjectPath[]; readonly current: ProjectPath } {
  const discovered = project.scan().pipelines;
  if (file === undefined) {
    const here = fileWhereUserStands(project, discovered);
    if (here === undefined && need === 'stages') throw noPipelineHere(project, discovered);
    return { files: discovered, current: here ?? PIPELINE_FILES[0] };
  }
  const current = chosenFile(project, file);
  return { files: withChosen(discovered, current), current };
}

function chosenFile(project: Project, file: string): ProjectPath {
  const path = projectPath(project.root, project.ctx.cwd, file);
  const other = innerProject(project.root, path);
  if (other !== undefined) {
    throw new MloError('MLO_PATH_UNSAFE', `'${path}' lies in '${other}', which is a project of its own`, {
      hint: `cd ${shellWord(other)}, and then the same with --file ${shellWord(path.slice(other.length + 1))}`,
    });
  }
  if (statSync(absolutePath(project.root, path), { throwIfNoEntry: false })?.isFile() === true) {
    refuseUnseen(project.root, path);
    return path;
  }
  const isYaml = /\.ya?ml$/.test(file);
  throw new MloError('MLO_TARGET', `There is no pipeline file '${file}'`, {
    hint: isYaml ? 'Check --file, or create one with: mlo init' : '-f names a pipeline file; what runs although nothing changed: --force',
  });
}

/** What a lock there names would be nobody's for `gc` and `push`, which look for locks themselves. */
function refuseUnseen(root: string, path: ProjectPath): void {
  const unseen = unseenPlace(root, path);
  if (unseen !== undefined) throw unseen;
  const folder = posix.dirname(path);
  if (openIgnore(root).ignores(folder, true)) throw ignoredPath(root, folder, true);
}

/** With --file, the chosen one stands for its folder. */
export function withChosen(discovered: readonly ProjectPath[], chosen: ProjectPath): readonly ProjectPath[] {
  const folder = folderPrefix(chosen);
  return [...discovered.filter((path) => folderPrefix(path) !== folder), chosen].sort();
}

function fileWhereUserStands(project: Project, files: readonly ProjectPath[]): ProjectPath | undefined {
  const here = relative(project.root, project.ctx.cwd)
    .split(sep)
    .filter((part) => part !== '');
  for (let depth = here.length; depth >= 0; depth -= 1) {
    const folder = here
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join('');
    const found = PIPELINE_FILES.map((name) => folder + name).find((path) => files.includes(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

function noPipelineHere(project: Project, elsewhere: readonly ProjectPath[]): MloError {
  const [first] = elsewhere;
  return new MloError('MLO_NOT_A_PROJECT', `There is no pipeline.yaml or dvc.yaml in '${project.root}'`, {
    hint:
      first === undefined
        ? 'Create one with: mlo init'
        : `Others lie in folders below; name one: --file ${shellWord(relative(project.ctx.cwd, absolutePath(project.root, first)))}`,
  });
}

function folderPrefix(path: ProjectPath): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
