import { existsSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { stageDefinition, type StageDraft } from '../core/pipeline/stage-definition.ts';
import type { ProjectPath } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import type { ValueMap } from '../core/value.ts';
import { PIPELINE_FILES } from './find-root.ts';
import { loadInput, pipelineFiles, withChosen } from './load-pipeline.ts';
import { absolutePath } from './paths.ts';
import { withWriter, type Project } from './project.ts';
import { projectGraph } from './project-graph.ts';
import { textReader } from './read-text.ts';
import type { AppContext } from './types.ts';
import { writeEdits, type TextEdit } from './write-edits.ts';

export interface StageAddOptions {
  readonly name: string;
  readonly draft: StageDraft;
  /** In place of a stage of that name. */
  readonly force: boolean;
  readonly file?: string;
}

export interface StageEditData {
  readonly file: ProjectPath;
  readonly stages: readonly string[];
  /** Of a stage that was added: as it stands in the file. */
  readonly definition?: ValueMap;
}

/** DVC's rule: addresses have `:`, `@` and `/` of their own. */
const NAME = /^[\p{L}\p{N}_-]+$/u;

/**
 * Writes a stage into the pipeline file where the user stands (made where there is none), comments and layout kept. Nothing is written
 * unless the pipeline with it can be loaded and is a graph. Throws MLO_USAGE, and what loading the pipeline throws.
 */
export async function stageAdd(ctx: AppContext, { name, draft, force, file: typed }: StageAddOptions): Promise<StageEditData> {
  if (!NAME.test(name))
    throw new MloError('MLO_USAGE', `'${name}' cannot be the name of a stage`, { hint: 'Letters, digits, - and _ make a name' });
  return await withWriter(ctx, async (project) => {
    const { addStageToText, stageNamesIn } = await import('../core/pipeline/edit-stages.ts');
    const file = typed === undefined ? fileHere(project) : pipelineFiles(project, typed).current;
    const before = readPipeline(project, file);
    if (!force && stageNamesIn(file, before).includes(name)) {
      throw new MloError('MLO_USAGE', `There is a stage '${name}' in '${file}' already`, {
        hint: `mlo stage show ${shellWord(name)} shows it; --force replaces it`,
      });
    }
    const definition = stageDefinition(draft);
    await writeChecked(project, file, { before, text: addStageToText(file, before, name, definition) });
    return { file, stages: [name], definition };
  });
}

/** Takes definitions out of their pipeline file; outs stay where they are. Throws MLO_TARGET, and what loading the pipeline throws. */
export async function stageRemove(ctx: AppContext, names: readonly string[], typed?: string): Promise<StageEditData> {
  return await withWriter(ctx, async (project) => {
    const { removeStageFromText } = await import('../core/pipeline/edit-stages.ts');
    const file = pipelineFiles(project, typed).current;
    const before = readPipeline(project, file);
    const text = names.reduce((left, name) => removeStageFromText(file, left, name), before);
    await writeChecked(project, file, { before, text });
    return { file, stages: names };
  });
}

function readPipeline(project: Project, file: ProjectPath): string {
  return textReader(project.root, new Map(), [file])(file) ?? '';
}

/** Of the folder where the user stands, as in DVC: paths in it count from there. */
function fileHere(project: Project): ProjectPath {
  const folder = relative(project.root, project.ctx.cwd).split(sep).join('/');
  const candidates = PIPELINE_FILES.map((name) => posix.join(folder, name));
  return candidates.find((path) => existsSync(absolutePath(project.root, path))) ?? (candidates[0] as string);
}

async function writeChecked(project: Project, file: ProjectPath, edit: TextEdit): Promise<void> {
  const { loadPipeline } = await import('../core/pipeline/load.ts');
  const files = withChosen(project.scan().pipelines, file);
  const readText = textReader(project.root, new Map([[file, edit.text]]), files);
  try {
    const { pipeline } = loadPipeline(loadInput(files, readText));
    projectGraph(project, pipeline.stages);
  } catch (error) {
    throw error instanceof MloError ? notWritten(error, file, edit.text) : error;
  }
  writeEdits(project.root, new Map([[file, edit]]));
}

/** Places are those of the text that was not written. */
function notWritten(error: MloError, file: ProjectPath, text: string): MloError {
  const lines = text.split('\n');
  const problems = error.problems.map((problem) =>
    problem.file === file && problem.line !== undefined ? { ...problem, source: lines[problem.line - 1] ?? '' } : problem,
  );
  const { hint, details } = error;
  return new MloError(error.code, `${error.message} (nothing was written)`, { ...(hint === undefined ? {} : { hint }), details, problems });
}
