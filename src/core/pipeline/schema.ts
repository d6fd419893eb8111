import * as z from 'zod';

/*
 * The shape of a pipeline file as it is written, before templating: what `${}` may stand for is also
 * allowed to be text with `${}`. Types after templating are checked where stages are built.
 * Messages say what was expected; what was found is added from the file.
 */

const template = z.string().regex(/\$\{.+\}/s, { error: 'expected ${…}', abort: true });
const text = z.string({ error: 'expected text' });
const nonEmpty = text.min(1, { error: 'expected text that is not empty' });
const flag = orTemplate(z.boolean(), 'expected true or false');
const anything = z.unknown();
const freeMap = z.record(z.string(), anything, { error: 'expected a map' });

const annotations = {
  desc: text.optional(),
  type: text.optional(),
  labels: z.union([z.array(text), template], { error: 'expected a list of texts' }).optional(),
  meta: anything.optional(),
};

const outFlags = {
  ...annotations,
  cache: flag.optional().describe('false: not kept in the cache, but in Git or nowhere.'),
  persist: flag.optional().describe('true: not removed before the stage runs.'),
  push: flag.optional().describe('false: `mlo push` does not send it.'),
  remote: text.optional().describe('Name of the only remote that it is pushed to.'),
  checkpoint: flag.optional().describe('Accepted and ignored, as DVC does since 3.0.'),
};

const plotProps = {
  template: text.optional(),
  x: text.optional(),
  y: z.union([text, z.array(text)], { error: 'expected a column, or a list of columns' }).optional(),
  x_label: text.optional(),
  y_label: text.optional(),
  title: text.optional(),
  header: flag.optional(),
};

const outFlagMap = z.strictObject(outFlags, { error: 'expected flags such as {cache: false}' });
const plotFlagMap = z.strictObject({ ...outFlags, ...plotProps }, { error: 'expected flags such as {x: step, y: loss}' });
const pathField = { path: nonEmpty.describe('Relative to wdir.') };

const dep = z.string({ error: 'expected a path' }).min(1, { error: 'expected a path that is not empty' });
const deps = z
  .union([z.array(dep), z.record(z.string(), dep)], { error: 'expected a list of paths, or a map {name: path}' })
  .describe('Paths relative to wdir that the stage reads: a list, or a map {name: path}.');

const outs = listOrMap(outFlagMap, z.strictObject({ ...pathField, ...outFlags }, { error: 'expected a path or {path: …}' }));
const plots = listOrMap(
  z.union([plotFlagMap, z.array(z.strictObject(plotProps))], { error: 'expected flags such as {x: step, y: loss}, or a list of them' }),
  z.strictObject({ ...pathField, ...outFlags, ...plotProps }, { error: 'expected a path or {path: …}' }),
);

const paramKeys = z.union([z.array(nonEmpty), z.null()], { error: 'expected a list of keys, or nothing for the whole file' });
const params = z
  .array(z.union([nonEmpty, z.record(z.string(), paramKeys)], { error: 'expected a dotted key, or {file: [keys]}' }), {
    error: 'expected a list of dotted keys and {file: [keys]}',
  })
  .describe('Keys of params.yaml (relative to wdir); {other.json: [keys]}; {other.yaml: } for a whole file.');

const vars = z.array(z.union([nonEmpty, freeMap], { error: "expected 'file', 'file:key' or a map" }), {
  error: 'expected a list of files and maps',
});

const envValue = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number or a boolean' });
const envMap = z.record(z.string(), envValue);
const env = z
  .union([envMap, z.array(z.union([nonEmpty, envMap], { error: 'expected a name, or {NAME: value}' }))], {
    error: 'expected a map {NAME: value}, or a list of names that are passed through',
  })
  .describe('Set: {NAME: value} (part of the fingerprint). Passed through: a list of bare names.');

const commandText = z.string({ error: 'expected a command as text' }).min(1, { error: 'expected a command that is not empty' });
const timeout = z
  .union(
    [
      z.number(),
      z.string().regex(/^\s*\d+(\.\d+)?\s*(ms|s|m|h|d)?\s*$|\$\{/, { error: 'expected seconds, or a text such as 30s, 5m or 2h' }),
    ],
    {
      error: 'expected seconds, or a text such as 30s, 5m or 2h',
    },
  )
  .describe('Seconds, or a text such as 30s, 5m, 2h.');

const stageFields = {
  cmd: z
    .union([commandText, z.array(commandText).min(1, { error: 'expected at least one command' })], {
      error: 'expected a command, or a list of commands',
    })
    .describe('A shell command, or a list run in order. Exactly one of cmd and run.')
    .optional(),
  run: nonEmpty
    .describe('A TypeScript or JavaScript module that exports a stage, relative to wdir. Exactly one of cmd and run.')
    .optional(),
  wdir: nonEmpty.describe('Folder of the command and of all paths; default: the folder of this file.').optional(),
  deps: deps.optional(),
  params: params.optional(),
  outs: outs.describe('What the stage writes and the cache keeps.').optional(),
  metrics: outs.describe('Files of metrics (JSON or YAML).').optional(),
  plots: plots.describe('Files or folders of plots.').optional(),
  vars: vars.describe('Template values of this stage.').optional(),
  frozen: flag.describe('true: never run again.').optional(),
  always_changed: flag.describe('true: run each time.').optional(),
  desc: text.optional(),
  meta: anything.optional(),
  shell: nonEmpty.describe('The shell of cmd, for instance bash.').optional(),
  env: env.optional(),
  backend: orTemplate(z.enum(['wasm', 'cpu', 'native']), 'expected wasm, cpu or native')
    .describe('TensorFlow backend of a run stage.')
    .optional(),
  seed: orTemplate(z.int(), 'expected an integer').describe('Seed of a run stage.').optional(),
  isolate: orTemplate(z.enum(['auto', 'process', 'worker']), 'expected auto, process or worker')
    .describe('Where a run stage runs: in a thread (worker), in a process of its own, or as fits (auto, the default).')
    .optional(),
  resources: z
    .strictObject(
      { cpus: orTemplate(z.number().positive({ error: 'expected a number above 0' }), 'expected a number above 0').optional() },
      { error: 'expected a map {cpus: n}' },
    )
    .describe('cpus: how many cores the stage takes where stages run side by side; default 1.')
    .optional(),
  timeout: timeout.optional(),
  retries: orTemplate(
    z.int().min(0, { error: 'expected a whole number from 0 to 100' }).max(100, { error: 'expected a whole number from 0 to 100' }),
    'expected a whole number from 0 to 100',
  )
    .describe('How often the stage is tried again after it failed or ran into its timeout; default 0. Not part of the fingerprint.')
    .optional(),
};

export const doSchema = z.strictObject(stageFields, { error: 'expected a map with cmd or run' });

export const stageSchema = z.strictObject(
  {
    ...stageFields,
    matrix: z
      .union([z.record(z.string(), z.union([z.array(anything), freeMap, template], { error: 'expected a list or ${…}' })), template], {
        error: 'expected a map {name: list}',
      })
      .describe('One stage for each combination, named definition@a-b.')
      .optional(),
  },
  { error: 'expected a map with cmd or run' },
);

export const foreachSchema = z.strictObject(
  {
    foreach: z
      .union([z.array(anything), freeMap, template], { error: 'expected a list, a map or ${…}' })
      .describe('One stage for each item, named definition@item.'),
    do: doSchema,
  },
  { error: 'expected a map with foreach and do' },
);

const plotColumn = z.union([text, z.record(z.string(), text)], { error: 'expected a column, or {file: column}' });
const plotColumns = z.union([text, z.array(text), z.record(z.string(), z.union([text, z.array(text)]))], {
  error: 'expected a column, a list of columns, or {file: columns}',
});
const plotDefinition = z.strictObject({
  x: plotColumn.optional(),
  y: plotColumns.optional(),
  x_label: text.optional(),
  y_label: text.optional(),
  title: text.optional(),
  template: text.optional(),
});

const artifact = z.strictObject({ path: nonEmpty, ...annotations }, { error: 'expected a map {path: …}' });

function fileSchema<Stages extends z.ZodType>(stages: Stages) {
  return z.strictObject({
    stages: z.record(z.string(), stages, { error: 'expected a map of stages' }).nullable().optional(),
    vars: vars.describe('Template values: files of values, and maps. params.yaml beside this file is always among them.').optional(),
    params: z.array(nonEmpty, { error: 'expected a list of files' }).optional(),
    metrics: z.array(nonEmpty, { error: 'expected a list of files' }).optional(),
    plots: z
      .array(z.union([nonEmpty, z.record(z.string(), plotDefinition.nullable())], { error: 'expected a file, or {id: {x: …, y: …}}' }), {
        error: 'expected a list of plots',
      })
      .optional(),
    artifacts: z.record(z.string(), artifact, { error: 'expected a map of artifacts' }).optional(),
    datasets: anything.describe("DVC's datasets: accepted and ignored.").optional(),
  });
}

/** The whole file, for editors. */
export const pipelineSchema = fileSchema(z.union([foreachSchema, stageSchema]));

/** The file without looking into its stages, which are checked one by one with the schema that fits. */
export const topLevelSchema = fileSchema(anything);

function orTemplate<Schema extends z.ZodType>(schema: Schema, expected: string) {
  return z.union([schema, template], { error: expected });
}

function listOrMap<Flags extends z.ZodType, Named extends z.ZodType>(flags: Flags, named: Named) {
  const path = z.string({ error: 'expected a path' }).min(1, { error: 'expected a path that is not empty' });
  const item = z.union([path, z.record(z.string(), flags)], { error: 'expected a path, or {path: flags}' });
  const value = z.union([path, named], { error: 'expected a path, or {path: …} with flags' });
  return z.union([z.array(item), z.record(z.string(), value)], { error: 'expected a list of paths, or a map {name: path}' });
}
