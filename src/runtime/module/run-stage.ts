import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isStage, type StageDefinition } from '../api/define-stage.ts';
import type { StageContext } from '../api/stage-context.ts';
import { checkParams } from './check-params.ts';
import { createCodeGraph } from './code-graph.ts';
import { guardProcess } from './guard-process.ts';
import { hookModules } from './module-hooks.ts';
import type { Failure, Job, Outcome, Port } from './protocol.ts';
import { createLazyTensorFlow } from './lazy-tensorflow.ts';
import { createRng, seededRandom } from './random.ts';
import { createRunRecorder } from './run-recorder.ts';
import { moduleFailed, stageThrew, toFailure } from './stage-failure.ts';
import { checkNames, guardPaths } from './stage-paths.ts';
import { strictFailure } from './undeclared-reads.ts';
import { watchReads } from './watch-reads.ts';

/** Streams of the seed: modules draw from one while they load, the stage's function from the other. */
const LOADING = 1;
const RUNNING = 0;

/** Batches of records that may be on their way before a stage has to wait. */
const BATCHES_AHEAD = 64;

/** Runs the one stage of this thread or process and posts `finish` exactly once, last. */
export async function runStage(job: Job, port: Port, signal: AbortSignal): Promise<void> {
  const root = realpathSync(job.root);
  const where = { address: job.address, root };
  const tensorFlow = createLazyTensorFlow(job, root);
  const graph = createCodeGraph(root);
  const recorder = createRunRecorder(root, job.runId, createSender(job, port));
  setEnvironment(job.env);
  Math.random = seededRandom(job.seed, LOADING);

  let finished = false;
  const finish = (failure?: Failure): void => {
    if (finished) return;
    finished = true;
    recorder.flush();
    const undeclared = reads.undeclared(graph.has);
    const error = failure ?? strictFailure(job, undeclared);
    const stack = error?.details?.['stack'];
    if (typeof stack === 'string') port.post({ type: 'log', text: `${stack}\n` });
    const backend = tensorFlow.backend();
    if (backend !== undefined) port.post({ type: 'log', text: `mlo: ${tensorFlow.leaks()}\n` });
    const outcome: Outcome = {
      code: graph.code,
      packages: graph.packages,
      undeclared,
      ...(error === undefined ? {} : { failure: error }),
      ...(backend === undefined ? {} : { backend }),
    };
    port.post({ type: 'finish', outcome });
    void port.flush().then(() => port.exit());
  };

  const entry = pathToFileURL(realpathSync(job.module)).href;
  hookModules({ entry, root, graph, onTensorFlow: tensorFlow.onImport, onSource: tensorFlow.onSource });
  const reads = watchReads({ root: job.root, declared: [...Object.values(job.deps), ...Object.values(job.outs), ...(job.paramFiles ?? [])] });
  guardProcess(where, finish);

  let definition: StageDefinition;
  try {
    definition = stageOf(await import(entry), job);
  } catch (error) {
    finish(moduleFailed(error, relative(root, job.module), where));
    return;
  }
  try {
    checkNames('deps', definition.deps, job.deps, job.address);
    checkNames('outs', definition.outs, job.outs, job.address);
    const params = await checkParams(job.params, definition.params, { address: job.address, declared: job.declaredParams });
    const note = await tensorFlow.prepare();
    if (note !== undefined) process.stderr.write(`mlo: ${note}\n`);

    const random = seededRandom(job.seed, RUNNING);
    Math.random = random;
    const context: StageContext<unknown> = {
      params,
      deps: guardPaths('deps', job.deps, job.address),
      outs: guardPaths('outs', job.outs, job.address),
      run: recorder.run,
      rng: createRng(random),
      log: (...values) => process.stdout.write(`${format(...values)}\n`),
      get tf() {
        return tensorFlow.get();
      },
      get signal() {
        // Whoever looks at it may be waiting for it alone.
        port.hold(true);
        return signal;
      },
    };
    watchForDeadEnd(port, () => finish(toFailure(neverSettles(job))));
    await definition.run(context);
    finish();
  } catch (error) {
    finish(stageThrew(error, where));
  }
}

function stageOf(module: { readonly default?: unknown }, job: Job): StageDefinition {
  const exported = module.default;
  const stage = isStage(exported) ? exported : (exported as { readonly default?: unknown } | undefined)?.default;
  if (isStage(stage)) return stage;
  const file = relative(job.root, job.module);
  const found = exported === undefined ? 'has no default export' : `has a default export that defineStage did not make (${typeof exported})`;
  throw new MloError('MLO_MODULE', `Stage '${job.address}' cannot run ${file}: it ${found}.`, {
    hint: `import { defineStage } from 'mlo-cli' and export default defineStage(async ({ params, deps, outs }) => { … })`,
    details: { stage: job.address, module: file },
  });
}

/** In a thread the stage waits when the other side is far behind, so that its memory stays bounded. */
function createSender(job: Job, port: Port): Parameters<typeof createRunRecorder>[2] {
  const taken = job.taken === undefined ? undefined : new Int32Array(job.taken);
  let sent = 0;
  return (records) => {
    port.post({ type: 'records', records });
    sent += 1;
    if (taken === undefined) return;
    for (let seen = Atomics.load(taken, 0); sent - seen > BATCHES_AHEAD; seen = Atomics.load(taken, 0)) Atomics.wait(taken, 0, seen);
  };
}

function setEnvironment(env: Job['env']): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (process.env[name] !== value) process.env[name] = value;
}

/** Nothing is left that could ever settle the promise of the stage. */
function watchForDeadEnd(port: Port, report: () => void): void {
  port.hold(false);
  process.once('beforeExit', report);
}

function neverSettles(job: Job): MloError {
  return new MloError('MLO_STAGE_FAILED', `Stage '${job.address}' waits for a promise that nothing can settle any more.`, {
    hint: `look for a promise that is awaited but never resolved in ${relative(job.root, job.module)}`,
    details: { stage: job.address },
  });
}

