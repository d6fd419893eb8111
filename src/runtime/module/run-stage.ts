import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isStage, type StageDefinition } from '../api/define-stage.ts';
import type { StageContext } from '../api/stage-context.ts';
import type { StageRun } from '../api/stage-run.ts';
import { checkParams } from './check-params.ts';
import { createCodeGraph } from './code-graph.ts';
import { guardProcess } from './guard-process.ts';
import { createLazyTensorFlow, type LazyTensorFlow } from './lazy-tensorflow.ts';
import { redirectChildren } from './children-output.ts';
import { hookModules } from './module-hooks.ts';
import type { Failure, Job, Outcome, Port } from './protocol.ts';
import { createRng, seededRandom } from '../../core/random/seeded-random.ts';
import { offerRun } from '../api/run-here.ts';
import { offerTraining } from '../api/training-here.ts';
import { autolog } from '../tensorflow/autolog/autolog.ts';
import { createRunRecorder } from './run-recorder.ts';
import { sendRecords } from './send-records.ts';
import { measureUse } from './measure-use.ts';
import { moduleFailed, stageThrew, toFailure } from './stage-failure.ts';
import { checkNames, guardPaths } from './stage-paths.ts';
import { strictFailure } from './undeclared-reads.ts';
import { watchReads } from './watch-reads.ts';

/** Streams of the seed: modules draw from one while they load, the stage's function from the other. */
const LOADING = 1;
const RUNNING = 0;

/** Runs the one stage of this thread or process and posts `finish` exactly once, last. */
export async function runStage(job: Job, port: Port, signal: AbortSignal): Promise<void> {
  const where = { address: job.address, root: realpathSync(job.root) };
  const stage = setUp(job, port);
  let definition: StageDefinition;
  try {
    definition = stageOf((await import(stage.entry)) as Exports, job);
  } catch (error) {
    stage.finish(moduleFailed(error, relative(job.root, job.module), where, stage.loaded()));
    return;
  }
  try {
    const context = await createContext(definition, job, stage, signal, port);
    process.once('beforeExit', () => stage.finish(toFailure(neverSettles(job))));
    port.hold(false);
    await definition.run(context);
    stage.finish();
  } catch (error) {
    stage.finish(stageThrew(error, where));
  }
}

interface StageSetUp {
  /** URL of the module. */
  readonly entry: string;
  readonly run: StageRun;
  readonly tensorFlow: LazyTensorFlow;
  /** Files of the project in the order they were loaded, from its root. */
  loaded(): readonly string[];
  /** Only the first call counts. */
  finish(failure?: Failure): void;
}

/** Makes this thread or process the stage's: environment, random numbers, module loading, and the eyes on what it reads. */
function setUp(job: Job, port: Port): StageSetUp {
  const root = realpathSync(job.root);
  const entry = pathToFileURL(realpathSync(job.module)).href;
  const graph = createCodeGraph(root);
  graph.addLinks(job.module);
  const recorder = createRunRecorder({ id: job.runId, base: () => job.root, send: sendRecords(job, port) });
  const tensorFlow = createLazyTensorFlow(job, job.root);
  const use = measureUse(job.isolate);
  setEnvironment(job.env);
  Math.random = seededRandom(job.seed, LOADING);
  const { onImport, onNativeImport, onSource } = tensorFlow;
  hookModules({ entry, graph, onTensorFlow: onImport, onNativeTensorFlow: onNativeImport, onSource });
  const declared = [...Object.values(job.deps), ...Object.values(job.outs), ...(job.paramFiles ?? [])];
  if (job.isolate === 'worker') redirectChildren(port.post);
  const reads = watchReads({ root: job.root, realRoot: root, declared });

  let finished = false;
  function finish(thrown?: Failure): void {
    if (finished) return;
    finished = true;
    if (thrown === undefined) recorder.endChildren('FINISHED');
    recorder.flush();
    const undeclared = reads.undeclared(graph.has);
    const failure = thrown ?? strictFailure(job, undeclared);
    const backend = tensorFlow.backend();
    const leaks = failure === undefined ? tensorFlow.leaks() : undefined;
    const stack = failure?.details?.['stack'];
    if (typeof stack === 'string') port.post({ type: 'log', text: `${stack}\n` });
    const found = { code: graph.code, packages: graph.packages, undeclared, use: use() };
    const outcome: Outcome = {
      ...found,
      ...(failure === undefined ? {} : { failure }),
      ...(backend === undefined ? {} : { backend }),
      ...(leaks === undefined ? {} : { leaks }),
    };
    port.post({ type: 'finish', outcome });
    void port.flush().then(() => port.exit());
  }

  offerRun(recorder.run);
  guardProcess({ address: job.address, root }, finish);
  return { entry, run: recorder.run, tensorFlow, loaded: () => Object.keys(graph.code), finish };
}

/** Checks what can be checked before the stage runs; the last thing that happens before is that its random numbers start. */
async function createContext(
  definition: StageDefinition,
  job: Job,
  { run, tensorFlow }: StageSetUp,
  signal: AbortSignal,
  port: Port,
): Promise<StageContext> {
  const { address, deps, outs } = job;
  checkNames('deps', definition.deps, deps, address);
  checkNames('outs', definition.outs, outs, address);
  const params = await checkParams(job.params, definition.params, { address, declared: job.declaredParams });
  for (const note of await tensorFlow.prepare(signal)) process.stderr.write(`mlo: ${note}\n`);
  const random = seededRandom(job.seed, RUNNING);
  Math.random = random;
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  offerTraining({
    ...(tensorFlow.backend() === undefined ? {} : { tf: tensorFlow.get() }),
    log,
    warn: (line) => void process.stderr.write(`mlo: ${line}\n`),
    params: job.params,
  });
  return {
    params,
    deps: guardPaths('deps', deps, address),
    outs: guardPaths('outs', outs, address),
    run,
    rng: createRng(random),
    log: (...values) => log(format(...values)),
    autolog,
    get tf() {
      return tensorFlow.get();
    },
    get signal() {
      // Whoever looks at it may be waiting for it alone, so that this is no dead end.
      port.hold(true);
      return signal;
    },
  };
}

interface Exports {
  readonly default?: unknown;
}

function stageOf({ default: exported }: Exports, job: Job): StageDefinition {
  // A CommonJS module compiled from ESM has its default export one level down.
  const stage = isStage(exported) ? exported : (exported as Exports | undefined)?.default;
  if (isStage(stage)) return stage;
  const file = relative(job.root, job.module);
  const found =
    exported === undefined ? 'has no default export' : `has a default export that defineStage did not make (${typeof exported})`;
  throw new MloError('MLO_MODULE', `Stage '${job.address}' cannot run ${file}: it ${found}.`, {
    hint: `import { defineStage } from 'mlo-cli' and export default defineStage(async ({ params, deps, outs }) => { … })`,
    details: { stage: job.address, module: file },
  });
}

function setEnvironment(env: Job['env']): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (process.env[name] !== value) process.env[name] = value;
}

function neverSettles(job: Job): MloError {
  return new MloError('MLO_STAGE_FAILED', `Stage '${job.address}' waits for a promise that nothing can settle any more.`, {
    hint: `look for a promise that is awaited but never resolved in ${relative(job.root, job.module)}`,
    details: { stage: job.address },
  });
}
