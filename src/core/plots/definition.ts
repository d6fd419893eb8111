import { resolvePath } from '../pipeline/paths.ts';
import type { Pipeline, PipelineFile, ProjectPath } from '../stage.ts';
import { isMap, type Value } from '../value.ts';

/** DVC's names of templates; `line` is what it calls linear. */
export const TEMPLATES = [
  'linear',
  'simple',
  'smooth',
  'scatter',
  'scatter_jitter',
  'bar_horizontal',
  'bar_horizontal_sorted',
  'confusion',
  'confusion_normalized',
] as const;
export type Template = (typeof TEMPLATES)[number];

/** Display options of a plot, as a pipeline file or the command line gives them; absent: decided by the data. */
export interface PlotOptions {
  /** Another name than those of `TEMPLATES` is a template of DVC's that mlo does not have. */
  readonly template?: string;
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** Columns of one file. */
export interface PlotPart {
  readonly file: ProjectPath;
  /** Absent: the last column. */
  readonly y?: readonly string[];
  /** Absent: the number of the row. `file`: rows of another file, which must be as many. */
  readonly x?: { readonly column: string; readonly file?: ProjectPath };
}

/** One picture as the pipeline declares it. Never part of a fingerprint: it says how data is shown. */
export interface PlotDefinition extends PlotOptions {
  /** A file or a free name; unique among those of a pipeline. */
  readonly id: string;
  readonly parts: readonly PlotPart[];
  /** false: the first row of a CSV or TSV file is data, and columns are called 0, 1, 2… */
  readonly header: boolean;
}

/** Plots of the stages in order of definition, then those at the top of pipeline files; one of the same id says more about the one before. */
export function plotDefinitions(pipeline: Pipeline): readonly PlotDefinition[] {
  const found = new Map<string, PlotDefinition>();
  for (const stage of pipeline.stages) {
    for (const out of stage.outs) {
      if (out.kind !== 'plot') continue;
      for (const each of ofOut(out.path, out.plot ?? {})) found.set(each.id, each);
    }
  }
  for (const file of pipeline.files) {
    for (const each of file.plots) {
      const definition = ofTopLevel(file, each.id, each.props);
      if (definition !== undefined) found.set(definition.id, { ...found.get(definition.id), ...definition });
    }
  }
  return [...found.values()];
}

/** What an out is declared with; a list of views is a picture for each of them. */
function ofOut(path: ProjectPath, props: { readonly [key: string]: Value }): readonly PlotDefinition[] {
  const { views } = props;
  if (!Array.isArray(views) || views.length === 0) return [fromProps(path, path, props)];
  return (views as readonly Value[]).map((view, index) =>
    fromProps(index === 0 ? path : `${path}#${index + 1}`, path, isMap(view) ? view : {}),
  );
}

function fromProps(id: string, file: ProjectPath, props: { readonly [key: string]: Value }): PlotDefinition {
  const y = textsOf(props['y']);
  const x = props['x'];
  const part = { file, ...(y === undefined ? {} : { y }), ...(typeof x === 'string' ? { x: { column: x } } : {}) };
  return { id, parts: [part], header: props['header'] !== false, ...optionsOf(props) };
}

/** `file`, `{file: {x, y}}`, or `{name: {y: {file: columns}}}`, paths relative to the pipeline file; undefined where a path leaves the project. */
function ofTopLevel(file: PipelineFile, id: string, props: { readonly [key: string]: Value }): PlotDefinition | undefined {
  const place = (written: string): ProjectPath | undefined => {
    const resolved = resolvePath(file.dir, written);
    return 'path' in resolved ? resolved.path : undefined;
  };
  const { x, y } = props;
  const xs = isMap(x)
    ? Object.entries(x).map(([from, column]) => ({ file: place(from), column: typeof column === 'string' ? column : '' }))
    : [];
  const xOf = (of: ProjectPath): PlotPart['x'] => {
    if (typeof x === 'string') return { column: x };
    const own = xs.find((each) => each.file === of) ?? (xs.length === 1 ? xs[0] : undefined);
    if (own === undefined) return undefined;
    return { column: own.column, ...(own.file === undefined || own.file === of ? {} : { file: own.file }) };
  };
  const isNamed = isMap(y);
  const sources: [path: ProjectPath | undefined, columns: Value | undefined][] = isNamed
    ? Object.entries(y).map(([from, columns]) => [place(from), columns])
    : [[place(id), y]];
  const parts = sources.flatMap(([path, columns]): readonly PlotPart[] => {
    if (path === undefined) return [];
    const [names, place_] = [textsOf(columns), xOf(path)];
    return [{ file: path, ...(names === undefined ? {} : { y: names }), ...(place_ === undefined ? {} : { x: place_ }) }];
  });
  if (parts.length === 0) return undefined;
  return { id: isNamed ? id : (parts[0] as PlotPart).file, parts, header: true, ...optionsOf(props) };
}

function optionsOf(props: { readonly [key: string]: Value }): PlotOptions {
  const text = (name: string): string | undefined => (typeof props[name] === 'string' ? props[name] : undefined);
  const [template, title, xLabel, yLabel] = [text('template'), text('title'), text('x_label'), text('y_label')];
  return {
    ...(template === undefined ? {} : { template }),
    ...(title === undefined ? {} : { title }),
    ...(xLabel === undefined ? {} : { xLabel }),
    ...(yLabel === undefined ? {} : { yLabel }),
  };
}

function textsOf(value: Value | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? (value as readonly Value[]).map(String) : undefined;
}
