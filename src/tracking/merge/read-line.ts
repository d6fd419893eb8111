import { canonicalJson, parseCanonicalJson } from '../../core/encoding/canonical-json.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isSafeProjectPath } from '../../core/path/project-path.ts';
import type { Value } from '../../core/value.ts';
import { fields, LineFault, type Fields } from './fields.ts';
import {
  RECORD_FORMAT,
  RECORD_VERSION,
  type ArtifactEntry,
  type ChangingValue,
  type InputEntry,
  type LinkEntry,
  type ModelEntry,
  type RecordLine,
  type RunLine,
} from './record-format.ts';

/** Reads and checks one line, which anybody may have written. @throws MLO_FORMAT, MLO_FORMAT_VERSION with `details.line` */
export function readLine(text: string, number: number): RecordLine {
  try {
    return parseLine(text);
  } catch (error) {
    if (error instanceof MloError)
      throw new MloError(error.code, error.message, { ...withHint(error), details: { ...error.details, line: number } });
    // SyntaxError: no JSON. RangeError: nested deeper than anything that we write.
    if (error instanceof LineFault || error instanceof SyntaxError || error instanceof RangeError)
      throw wrongLine(number, sentenceOf(error), error);
    throw error;
  }
}

function sentenceOf(error: Error): string {
  if (error instanceof SyntaxError) return `the line is no JSON (${error.message})`;
  return error instanceof RangeError ? 'the line is nested deeper than anything that a run has' : error.message;
}

export function wrongLine(line: number, what: string, cause?: unknown): MloError {
  return new MloError('MLO_FORMAT', what, { details: { line }, ...(cause === undefined ? {} : { cause }) });
}

function withHint({ hint }: MloError): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function parseLine(text: string): RecordLine {
  const line = fields(JSON.parse(text) as unknown, 'the line');
  const type = line.text('type');
  switch (type) {
    case 'run':
      return runLine(line);
    case 'params':
      return { type, params: params(line, fields(parseCanonicalJson(text), 'the line')) };
    case 'tags':
      return { type, tags: tagsOf(line.fields('tags')) };
    case 'metric':
      return metricLine(line);
    case 'inputs':
      return { type, inputs: line.list('inputs').map(inputEntry) };
    case 'artifacts':
      return { type, artifacts: line.list('artifacts').map(artifactEntry) };
    case 'links':
      return { type, links: line.list('links').map(linkEntry) };
    case 'models': {
      const exact = fields(parseCanonicalJson(text), 'the line').list('models');
      return { type, models: line.list('models').map((entry, at) => modelEntry(entry, exact[at] as Fields)) };
    }
    case 'end':
      return { type, lines: line.whole('lines'), digest: line.matching('blake3', /^[0-9a-f]{64}$/) };
    default:
      throw new LineFault(`a line of the type ${JSON.stringify(type)} is not known`);
  }
}

const RUN_ID = /^[0-9a-f]{32}$/;

function runLine(line: Fields): RunLine {
  line.matching('format', new RegExp(`^${RECORD_FORMAT}$`));
  const version = line.whole('version');
  if (version > RECORD_VERSION) {
    throw new MloError(
      'MLO_FORMAT_VERSION',
      `the run has version ${version} of the format; this mlo knows versions up to ${RECORD_VERSION}`,
      {
        hint: 'npm install mlo-cli@latest',
        details: { found: version, supported: RECORD_VERSION },
      },
    );
  }
  if (version < 1) throw new LineFault(`there is no version ${version}`);
  const experiment = line.fields('experiment');
  const process = line.fields('process');
  const git = line.optionalFields('git');
  const tags = experiment.optionalFields('tags');
  return {
    type: 'run',
    id: line.matching('id', RUN_ID),
    ...line.optionalMatching('parentId', RUN_ID),
    experiment: {
      name: experiment.name('name'),
      createdMs: experiment.time('createdMs'),
      ...(tags === undefined ? {} : { tags: Object.fromEntries(tagsOf(tags)) }),
    },
    experimentChangedMs: line.time('experimentChangedMs'),
    name: line.text('name'),
    nameChangedMs: line.time('nameChangedMs'),
    ...line.optionalText('stage'),
    status: line.oneOf('status', ['SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED']),
    ...line.optionalText('reason'),
    startedMs: line.time('startedMs'),
    ...line.optionalTime('endedMs'),
    heartbeatMs: line.time('heartbeatMs'),
    ...line.optionalTime('deletedMs'),
    lifecycleChangedMs: line.time('lifecycleChangedMs'),
    user: line.text('user'),
    process: { host: process.text('host'), pid: process.whole('pid'), ...process.optionalText('start') },
    ...line.optionalText('command'),
    ...(git === undefined
      ? {}
      : { git: { commit: git.text('commit'), ...git.optionalText('branch'), dirty: git.flag('dirty'), ...git.optionalDigest('diff') } }),
  };
}

/** `exact`: the same as `holder`, with numbers that keep all their digits, so that two stores agree on what a param is. */
function params(holder: Fields, exact: Fields): ReadonlyMap<string, string> {
  const plain = holder.fields('params').entries();
  // There it may be a number by itself: `{"$number":"NaN"}`.
  const isText = plain.length === 1 && plain[0]?.[0] === '$number' && typeof plain[0][1] === 'string';
  const entries = isText ? plain : exact.fields('params').entries();
  return new Map(entries.map(([key, value]) => [keyOf(key), canonicalJson(value as Value)]));
}

function keyOf(key: string): string {
  if (key === '') throw new LineFault('a param or tag needs a name, found ""');
  return key.toWellFormed();
}

function tagsOf(tags: Fields): ReadonlyMap<string, ChangingValue> {
  return new Map(
    tags.entries().map(([key, value]) => {
      const tag = fields(value, `the tag ${JSON.stringify(key)}`);
      return [keyOf(key), { value: tag.textOrNull('value'), changedMs: tag.time('changedMs') }];
    }),
  );
}

function metricLine(line: Fields): RecordLine {
  const name = line.name('name');
  const [steps, timestampsMs, values] = [line.wholes('steps'), line.wholes('timestampsMs'), line.numbers('values')];
  if (steps.length !== values.length || timestampsMs.length !== values.length)
    throw new LineFault(
      `the metric ${JSON.stringify(name)} has ${steps.length} steps, ${timestampsMs.length} times and ${values.length} values`,
    );
  return { type: 'metric', name, steps, timestampsMs, values };
}

function inputEntry(input: Fields): InputEntry {
  return {
    name: input.name('name'),
    digest: input.name('digest'),
    context: input.text('context'),
    ...input.optionalOneOf('kind', ['file', 'tree', 'symlink']),
    ...input.optionalSize('size'),
    ...input.optionalSize('files'),
    sourceType: input.text('sourceType'),
    source: input.text('source'),
    ...input.optionalText('schema'),
    ...input.optionalText('profile'),
    tags: input.text('tags'),
  };
}

function artifactEntry(artifact: Fields): ArtifactEntry {
  return {
    path: safePath(artifact.name('path')),
    digest: artifact.digest('digest'),
    kind: artifact.oneOf('kind', ['file', 'tree', 'symlink']),
    size: artifact.size('size'),
    ...artifact.optionalSize('files'),
    ...artifact.optionalOneOf('mode', ['exec']),
    changedMs: artifact.time('changedMs'),
  };
}

/** As `logArtifact` has it. */
function safePath(path: string): string {
  if (!isSafeProjectPath(path))
    throw new LineFault(`the artifact path ${JSON.stringify(path)} is absolute, leaves its folder, or leads into .git or .mlo`);
  return path;
}

function linkEntry(link: Fields): LinkEntry {
  return {
    stage: link.text('stage'),
    outcome: link.oneOf('outcome', ['unchanged', 'restored']),
    ...link.optionalText('producerRunId'),
    position: link.whole('position'),
  };
}

function modelEntry(model: Fields, exact: Fields): ModelEntry {
  return {
    id: model.matching('id', /^m-./s),
    name: model.text('name'),
    path: model.text('path'),
    modelType: model.text('modelType'),
    status: model.oneOf('status', ['PENDING', 'READY', 'FAILED']),
    createdMs: model.time('createdMs'),
    changedMs: model.time('changedMs'),
    ...model.optionalTime('deletedMs'),
    params: params(model, exact),
    tags: tagsOf(model.fields('tags')),
  };
}
