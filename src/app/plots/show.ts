import { MloError } from '../../core/errors/mlo-error.ts';
import { plotDefinitions, TEMPLATES, type PlotDefinition, type PlotOptions } from '../../core/plots/definition.ts';
import { imageTypeOf, isDataFile } from '../../core/plots/parse-table.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { isAtOrBelow, tryProjectPath } from '../paths.ts';
import { withProject, type Project } from '../project.ts';
import type { AppContext } from '../types.ts';
import { openPlotState, type PlotState } from './plot-state.ts';
import { readPlots } from './read-plots.ts';
import type { PlotsData } from './types.ts';
import { given } from '../../core/given.ts';

export interface PlotsOptions extends PlotOptions {
  /** Ids of plots, files of data or folders; default: all that the pipeline declares. */
  readonly targets: readonly string[];
  /** In the order they are to be shown; undefined is the workspace. */
  readonly revisions: readonly (string | undefined)[];
  readonly x?: string;
  readonly y?: readonly string[];
  /** Instead of what the definition says. */
  readonly header?: boolean;
}

/**
 * Data of the declared plots at one state of the project or several, each overlaid in one picture. What cannot be
 * drawn is told beside what can. Throws MLO_TARGET, MLO_GIT.
 */
export async function plotsShow(ctx: AppContext, options: PlotsOptions): Promise<PlotsData> {
  return await withProject(ctx, async (project) => {
    const states: PlotState[] = [];
    for (const revision of options.revisions) states.push(await openPlotState(project, revision));
    const definitions = chosen(project, states, options).map((each) => withOptions(each, options));
    warnOfTemplates(project, definitions);
    const { plots, failures } = await readPlots(states, definitions);
    return { revisions: states.map(({ label }) => label), plots, failures };
  });
}

/** The newest state says how a plot is shown; what only older ones declare follows. */
function declared(states: readonly PlotState[]): readonly PlotDefinition[] {
  const found = new Map<string, PlotDefinition>();
  for (const state of [...states].reverse())
    for (const each of plotDefinitions(state.pipeline)) if (!found.has(each.id)) found.set(each.id, each);
  return [...found.values()];
}

function chosen(project: Project, states: readonly PlotState[], { targets }: PlotsOptions): readonly PlotDefinition[] {
  const all = declared(states);
  if (targets.length === 0) return all;
  const found = targets.flatMap((target) => {
    const path = tryProjectPath(project.root, project.ctx.cwd, target);
    const meant = all.filter((each) => each.id === target || each.id === path || (path !== undefined && concerns(each, path)));
    if (meant.length > 0) return meant;
    const files = path === undefined ? [] : filesAt(states, path).filter((file) => isDataFile(file) || imageTypeOf(file) !== undefined);
    if (files.length > 0) return files.map((file) => ({ id: file, parts: [{ file }], header: true }));
    throw new MloError(
      'MLO_TARGET',
      `'${target}' is no plot of the pipeline and no file of data ${states.map(({ label }) => `in ${label}`).join(' or ')}`,
      {
        hint: all.length === 0 ? 'Name a CSV, TSV, JSON or YAML file' : `Plots: ${all.map(({ id }) => id).join(', ')}`,
        details: { target },
      },
    );
  });
  return [...new Map(found.map((each) => [each.id, each])).values()];
}

function concerns({ parts }: PlotDefinition, path: ProjectPath): boolean {
  return parts.some(({ file }) => isAtOrBelow(file, path));
}

function filesAt(states: readonly PlotState[], path: ProjectPath): readonly ProjectPath[] {
  return [...new Set(states.flatMap((state) => state.filesAt(path)))];
}

/** The command line wins over the pipeline. */
function withOptions(definition: PlotDefinition, { template, title, xLabel, yLabel, x, y, header }: PlotsOptions): PlotDefinition {
  const column = x === undefined ? {} : { x: { column: x } };
  return {
    ...definition,
    ...given({ template, title, xLabel, yLabel, header }),
    parts: definition.parts.map((part) => ({ ...part, ...column, ...(y === undefined ? {} : { y }) })),
  };
}

function warnOfTemplates(project: Project, definitions: readonly PlotDefinition[]): void {
  for (const { id, template } of definitions) {
    if (template === undefined || TEMPLATES.some((known) => known === template)) continue;
    project.ctx.emit({
      type: 'warning',
      message: `'${id}' asks for the template '${template}', which mlo does not have; it is drawn as linear`,
    });
  }
}
