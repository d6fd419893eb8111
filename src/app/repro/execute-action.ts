import { isUrl } from '../../core/pipeline/paths.ts';
import type { MloError } from '../../core/errors/mlo-error.ts';
import type { StageParams } from '../../core/fingerprint.ts';
import type { FingerprintRecord } from '../../core/lock/types.ts';
import { nestParams } from '../../core/params/keys.ts';
import type { MetricBatch, RunId, RunRecord } from '../../core/run.ts';
import { seedOf } from '../../core/seed.ts';
import { isDvcFile, type Stage } from '../../core/stage.ts';
import type { ValueMap } from '../../core/value.ts';
import { hashBytes } from '../../fs/hash.ts';
import { stageLogPath } from '../../runtime/log/log-path.ts';
import { chooseShell } from '../../runtime/shell/choose-shell.ts';
import { stageEnvironment } from '../../runtime/stage-env.ts';
import type { Spawner } from '../../runtime/shell/spawner.ts';
import type { ModuleResult, StageContext } from '../../runtime/types.ts';
import { resourceTags } from '../log/resource-use.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import { backendTags, warnLeaks } from './backend-report.ts';
import type { StageEvents } from './stage-events.ts';
import { warnUndeclared } from './undeclared.ts';

export interface ActionRequest {
  readonly project: Project;
  readonly stage: Stage;
  readonly params: StageParams;
  readonly runId: RunId;
  readonly parentRunId: RunId;
  readonly timeoutMs: number | undefined;
  readonly strict: boolean;
  /** Another in-process stage is due: its worker may start while this one runs. */
  readonly warmNext: boolean;
  /** Other in-process stages may run at the same time. */
  readonly sideBySide: boolean;
  readonly spawner: () => Promise<Spawner>;
  readonly say: StageEvents['say'];
  readonly onRecords: (records: readonly RunRecord[]) => void;
  /** Of a shell stage: its command of the moment. */
  readonly onCommand: (pid: () => number | undefined) => void;
}

export interface ActionResult {
  readonly error?: MloError;
  /** What was found by running: joins the fingerprint. */
  readonly discovered: Pick<FingerprintRecord, 'code' | 'packages'>;
  /** In-process stages only: what it read or started without declaring it. */
  readonly undeclared?: ModuleResult['undeclared'];
  readonly tags: { readonly [key: string]: string };
  /** Of a stage that used TensorFlow. */
  readonly backend?: ModuleResult['backend'];
}

/** Runs the command or the module of a stage to its end. */
export async function executeAction(request: ActionRequest): Promise<ActionResult> {
  return request.stage.action.kind === 'cmd' ? await executeCommand(request) : await executeModule(request);
}

/** The stage's command line as a person would type it. */
export function commandText(stage: Stage): string {
  return stage.action.kind === 'cmd' ? stage.action.commands.join('\n') : stage.action.path;
}

async function executeCommand(request: ActionRequest): Promise<ActionResult> {
  const { stage } = request;
  if (stage.action.kind !== 'cmd') throw new Error('not a shell stage');
  const { runShell } = await loadRunShell();
  const kind = isDvcFile(stage.file) ? 'dvc' : 'pipeline';
  const { shell, recorded } = chooseShell({
    kind,
    env: request.project.ctx.env,
    ...(stage.action.shell === undefined ? {} : { shell: stage.action.shell }),
  });
  const spec = { ...context(request), commands: stage.action.commands, shell, onCommand: request.onCommand };
  const result = await runShell(spec, await request.spawner());
  return {
    ...(result.error === undefined ? {} : { error: result.error }),
    discovered: {},
    tags: { 'mlo.shell': recorded, ...resourceTags(result.use) },
  };
}

/** Stages by the hundred come by here, and an import that is done still costs a trip through the module loader. */
let runShellModule: Promise<typeof import('../../runtime/shell/run-shell.ts')> | undefined;

function loadRunShell(): Promise<typeof import('../../runtime/shell/run-shell.ts')> {
  return (runShellModule ??= import('../../runtime/shell/run-shell.ts'));
}

async function executeModule(request: ActionRequest): Promise<ActionResult> {
  const { project, stage } = request;
  if (stage.action.kind !== 'module') throw new Error('not an in-process stage');
  const { runModule } = await import('../../runtime/module/run-module.ts');
  const values: ValueMap = Object.assign({}, ...Object.values(request.params));
  const { chooseBackend } = await import('./choose-backend.ts');
  const choice = chooseBackend(project, stage, request.sideBySide);
  const shared = context(request);
  const running = runModule({
    ...shared,
    ...choice.spec,
    env: { ...shared.env, ...choice.env },
    module: absolutePath(project.root, stage.action.path),
    params: nestParams(values),
    declaredParams: Object.keys(values),
    deps: named(project.root, stage.deps),
    outs: named(project.root, stage.outs),
    namedDeps: stage.deps.some(({ name }) => name !== undefined),
    seed: seedOf(stage, request.params, hashBytes),
    strict: request.strict,
    // Of the others only the declared keys are known to the fingerprint.
    paramFiles: stage.params.filter((spec) => spec.keys === null).map((spec) => absolutePath(project.root, spec.file)),
  });
  if (request.warmNext) {
    const { warmWorker } = await import('../../runtime/module/thread-link.ts');
    warmWorker();
  }
  const result = await running;
  warnUndeclared(project.ctx.emit, stage, result.undeclared);
  warnLeaks(project.ctx.emit, stage.address, result.leaks);
  return {
    ...(result.error === undefined ? {} : { error: result.error }),
    discovered: { code: result.code, ...(Object.keys(result.packages).length === 0 ? {} : { packages: result.packages }) },
    undeclared: result.undeclared,
    tags: { ...resourceTags(result.use), ...backendTags(result) },
    ...(result.backend === undefined ? {} : { backend: result.backend }),
  };
}

function context(request: ActionRequest): StageContext {
  const { project, stage, runId, parentRunId, say } = request;
  const { signal, forced } = project.ctx;
  return {
    root: project.root,
    address: stage.address,
    wdir: absolutePath(project.root, stage.wdir),
    runId,
    parentRunId,
    env: stageEnvironment({
      base: project.ctx.env,
      stage,
      root: project.root,
      runId,
      parentRunId,
      trackingDb: project.trackingPath,
    }),
    logPath: stageLogPath(project.logsDir, stage.address, runId),
    signal,
    ...(forced === undefined ? {} : { forced }),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    onOutput: (stream, text) => say({ type: 'stage-output', stage: stage.address, stream, text }),
    onRecords: (records) => {
      request.onRecords(records);
      for (const record of records) {
        if (record.type !== 'metrics') continue;
        for (const batch of record.batches) say({ type: 'stage-metric', stage: stage.address, ...lastPoint(batch) });
      }
    },
  };
}

/** What a progress line shows of a batch. */
function lastPoint({ name, values, steps }: MetricBatch): { readonly name: string; readonly value: number; readonly step: number } {
  const at = values.length - 1;
  return { name, value: values[at] as number, step: steps[at] as number };
}

function named(
  root: string,
  specs: readonly { readonly name?: string; readonly declared: string; readonly path: string }[],
): { [name: string]: string } {
  return Object.fromEntries(
    specs.map((spec) => [spec.name ?? spec.declared, isUrl(spec.path) ? spec.path : absolutePath(root, spec.path)]),
  );
}
