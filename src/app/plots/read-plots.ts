import { posix } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { buildPlot, templateOf, type PlotSource } from '../../core/plots/build-plot.ts';
import type { PlotDefinition, PlotPart } from '../../core/plots/definition.ts';
import { imageTypeOf, parseTable } from '../../core/plots/parse-table.ts';
import type { ImagePlot, Plot, PlotImage } from '../../core/plots/plot.ts';
import type { PlotTable } from '../../core/plots/table.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { hashBytes } from '../../fs/hash.ts';
import { isUnreadable } from '../tracked/diff-nodes.ts';
import type { PlotState } from './plot-state.ts';
import type { PlotFailure, PlotsData } from './types.ts';

/** The pictures that the definitions stand for; a folder is a picture for each file in it. */
export async function readPlots(
  states: readonly PlotState[],
  definitions: readonly PlotDefinition[],
): Promise<Pick<PlotsData, 'plots' | 'failures'>> {
  const failures: PlotFailure[] = [];
  const plots: Plot[] = [];
  for (const definition of definitions) {
    for (const each of perFile(states, definition, failures)) {
      const plot = await readPlot(states, each, failures);
      if (plot !== undefined) plots.push(plot);
    }
  }
  return { plots, failures };
}

/** A definition whose only file is a folder, as one for each file in it. */
function perFile(states: readonly PlotState[], definition: PlotDefinition, failures: PlotFailure[]): readonly PlotDefinition[] {
  const [part, ...more] = definition.parts;
  if (part === undefined || more.length > 0) return [definition];
  const files = new Set<ProjectPath>();
  for (const state of states) attempt(definition.id, state, failures, () => state.filesAt(part.file).forEach((file) => files.add(file)));
  if (files.size === 0 || (files.size === 1 && files.has(part.file))) return [definition];
  return [...files].sort().map((file) => ({ ...definition, id: file, parts: [{ ...part, file }] }));
}

async function readPlot(states: readonly PlotState[], definition: PlotDefinition, failures: PlotFailure[]): Promise<Plot | undefined> {
  const { id, parts } = definition;
  const found: { readonly state: PlotState; readonly sources: readonly PlotSource[]; readonly images: readonly PlotImage[] }[] = [];
  for (const state of states) {
    const sources: PlotSource[] = [];
    const images: PlotImage[] = [];
    for (const part of parts) {
      await attemptAsync(id, state, failures, async () => {
        const mediaType = imageTypeOf(part.file);
        if (mediaType === undefined) sources.push(...(await readSource(state, part, definition)));
        else images.push(...readImage(state, part.file, mediaType));
      });
    }
    found.push({ state, sources, images });
  }
  const images = found.flatMap((each) => each.images);
  if (images.length > 0) return imagePlot(definition, images);
  if (found.every(({ sources }) => sources.length === 0)) {
    // A folder that could not be looked into has been told already.
    if (failures.every((failure) => failure.id !== id)) failures.push(nowhere(definition, states));
    return undefined;
  }
  return drawable(definition, found, failures);
}

/** Where one cannot be drawn it is left out, so that one bad revision does not hide the others. */
function drawable(
  definition: PlotDefinition,
  found: readonly { readonly state: PlotState; readonly sources: readonly PlotSource[] }[],
  failures: PlotFailure[],
): Plot | undefined {
  const { id } = definition;
  try {
    return buildPlot(
      id,
      found.flatMap(({ sources }) => sources),
      definition,
    );
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
  }
  const isGood = (state: PlotState, source: PlotSource): boolean =>
    attempt(id, state, failures, () => void buildPlot(id, [source], definition));
  const good = found.flatMap(({ state, sources }) => sources.filter((source) => isGood(state, source)));
  return good.length === 0 ? undefined : buildPlot(id, good, definition);
}

async function readSource(state: PlotState, part: PlotPart, definition: PlotDefinition): Promise<readonly PlotSource[]> {
  const { x, y = [] } = part;
  const ofOther = x?.file !== undefined && x.file !== part.file;
  const table = await readTable(state, part.file, definition, [...y, ...(x === undefined || ofOther ? [] : [x.column])]);
  if (table === undefined) return [];
  const other = ofOther ? await readTable(state, x.file as ProjectPath, definition, [x.column]) : undefined;
  const place = x === undefined ? undefined : { column: x.column, ...(other === undefined ? {} : { table: other }) };
  return [{ revision: state.label, table, y: part.y, x: place }];
}

async function readTable(
  state: PlotState,
  file: ProjectPath,
  { header }: PlotDefinition,
  wanted: readonly string[],
): Promise<PlotTable | undefined> {
  const bytes = state.readBytes(file);
  return bytes === undefined
    ? undefined
    : await parseTable(file, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'), { header, wanted });
}

function readImage(state: PlotState, file: ProjectPath, mediaType: string): readonly PlotImage[] {
  const bytes = state.readBytes(file);
  return bytes === undefined ? [] : [{ revision: state.label, file, mediaType, bytes, digest: hashBytes(bytes) }];
}

function imagePlot({ id, title = posix.basename(id), template }: PlotDefinition, images: readonly PlotImage[]): ImagePlot {
  return { kind: 'images', id, title, template: templateOf(template), xLabel: '', yLabel: '', images };
}

function nowhere({ id, parts }: PlotDefinition, states: readonly PlotState[]): PlotFailure {
  const files = parts.map(({ file }) => `'${file}'`).join(', ');
  const where = states.map(({ label }) => label).join(' and ');
  return {
    id,
    revision: states.map(({ label }) => label).join(', '),
    code: 'MLO_PLOT',
    message: `${files} ${parts.length === 1 ? 'does' : 'do'} not exist in ${where}`,
    hint: 'mlo repro makes the outs of stages; mlo checkout brings back those that the cache has',
  };
}

function attempt(id: string, state: PlotState, failures: PlotFailure[], work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    failures.push(asFailure(id, state, error));
    return false;
  }
}

async function attemptAsync(id: string, state: PlotState, failures: PlotFailure[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failures.push(asFailure(id, state, error));
  }
}

function asFailure(id: string, { label }: PlotState, error: unknown): PlotFailure {
  const isOurs = error instanceof MloError && (error.code === 'MLO_PLOT' || isUnreadable(error));
  if (!isOurs) throw error;
  const { code, message, hint, problems } = error;
  return {
    id,
    revision: label,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(problems.length === 0 ? {} : { problems }),
  };
}
