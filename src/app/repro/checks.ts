import { statSync } from 'node:fs';
import type { MloError, Problem } from '../../core/errors/mlo-error.ts';
import { errorOfProblems, oneError } from '../../core/errors/one-error.ts';
import type { Graph } from '../../core/graph/graph.ts';
import type { LockEntry } from '../../core/lock/types.ts';
import { isInside } from '../../core/path/project-path.ts';
import { isUrl } from '../../core/pipeline/paths.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import type { Position, ProjectPath, Stage, StageAddress } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { absolutePath } from '../paths.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';
import { lackingOuts } from './store-lacking.ts';
import { backendProblem, escapingOuts, missingModule, outsInGit, shellProblem, wdirProblem, type IsMade } from './workspace-rules.ts';

interface Setting {
  readonly root: string;
  readonly env: Project['ctx']['env'];
  readonly graph: Graph;
  readonly locked: ReadonlyMap<StageAddress, LockEntry>;
  /** Data added with mlo. */
  readonly added: readonly ProjectPath[];
  /** A stage writes it before it is needed. */
  readonly isMade: IsMade;
}

/** `restore`: its outs are placed or stored, and nothing runs. `maybe`: whether it has to run cannot be told before others have run, or while something else is wrong. */
interface Work {
  readonly stage: Stage;
  readonly state: 'run' | 'restore' | 'maybe';
}

/**
 * Everything that can be known before anything runs, all problems at once; the code is that of the first check that failed. `commit`: outs
 * are stored.
 */
export function checkBeforeRun(project: Project, prepared: Prepared, plans: readonly StagePlan[], commit: boolean): void {
  const { graph, locks } = prepared;
  const setting = settingOf(project, graph, locks.entries, (path) => graph.outs.covering(path) !== undefined);
  const work = plans.flatMap((each): readonly Work[] => {
    const { stage, state, reasons } = each;
    if (commit && lackingOuts(prepared, each).length > 0) return [{ stage, state: 'restore' }];
    if (state === 'unchanged' || (state === 'blocked' && stage.frozen)) return [];
    const waits = state === 'blocked' || (state === 'run' && reasons.every((reason) => reason.kind === 'upstream'));
    return [{ stage, state: waits ? 'maybe' : state }];
  });
  const fault = faultOf(
    setting,
    plans.flatMap((plan) => missingData(plan, setting)),
    work,
  );
  if (fault !== undefined) throw fault;
}

/**
 * The same for stages that cannot be planned, because something else is wrong: nothing is hashed, and frozen stages
 * are left alone. `maybeMade`: stages that are wrong may write it.
 */
export function inspectWorkspace(
  project: Project,
  graph: Graph,
  stages: readonly Stage[],
  locked: Setting['locked'],
  { maybeMade, allowMissing }: { readonly maybeMade: IsMade; readonly allowMissing: boolean },
): MloError | undefined {
  const setting = settingOf(project, graph, locked, (path) => graph.outs.covering(path) !== undefined || maybeMade(path));
  const active = stages.filter((stage) => !stage.frozen);
  const missing = active.flatMap((stage) =>
    stage.deps.filter((dep) => isMissing(dep.path, setting, maybeMade)).map((dep) => missingDep(stage, dep.path, dep.at, setting)),
  );
  return faultOf(
    setting,
    allowMissing ? [] : missing,
    active.map((stage) => ({ stage, state: 'maybe' })),
  );
}

function settingOf(project: Project, graph: Graph, locked: Setting['locked'], isMade: IsMade): Setting {
  const added = project.scan().pointers.map((path) => path.slice(0, -POINTER_SUFFIX.length));
  return { root: project.root, env: project.ctx.env, graph, locked, added, isMade };
}

function faultOf(setting: Setting, missing: readonly Problem[], work: readonly Work[]): MloError | undefined {
  const { root, isMade } = setting;
  const active = work.map(({ stage }) => stage);
  const loading = work.filter(({ state }) => state !== 'restore').map(({ stage }) => stage);
  const running = work.filter((each) => hasToRun(each, setting)).map(({ stage }) => stage);
  const found = [
    errorOfProblems('MLO_DEP_MISSING', [...missing, ...loading.flatMap((stage) => missingModule(root, stage, isMade))]),
    errorOfProblems('MLO_PATH_UNSAFE', escapingOuts(root, active)),
    errorOfProblems(
      'MLO_PIPELINE_INVALID',
      active.flatMap((stage) => wdirProblem(root, stage, isMade)),
    ),
    errorOfProblems('MLO_OUT_IN_GIT', outsInGit(root, active)),
    errorOfProblems(
      'MLO_CONFIG',
      running.flatMap((stage) => shellProblem(stage, setting.env)),
    ),
    errorOfProblems(
      'MLO_BACKEND',
      running.flatMap((stage) => backendProblem(root, stage, setting.env)),
    ),
  ];
  return oneError(found.filter((fault) => fault !== undefined));
}

/** What ran before with this very shell and backend may be unchanged, and then needs neither. */
function hasToRun({ stage, state }: Work, { locked }: Setting): boolean {
  if (state !== 'maybe') return state === 'run';
  const entry = locked.get(stage.address);
  const shell = stage.action.kind === 'cmd' ? stage.action.shell : undefined;
  return entry === undefined || (shell !== undefined && entry.shell !== shell) || entry.backend !== stage.backend;
}

/** No stage makes it, and nothing is there. */
function isMissing(path: ProjectPath, { root, graph }: Setting, maybeMade: IsMade): boolean {
  if (isUrl(path) || graph.outs.touching(path).length > 0 || maybeMade(path)) return false;
  return statSync(absolutePath(root, path), { throwIfNoEntry: false }) === undefined;
}

function missingData(plan: StagePlan, setting: Setting): readonly Problem[] {
  if (plan.state !== 'blocked') return [];
  const { stage } = plan;
  return plan.reasons.flatMap((reason): readonly Problem[] => {
    if (reason.kind === 'missing-dep') {
      const dep = stage.deps.find((candidate) => candidate.path === reason.path);
      return [missingDep(stage, reason.path ?? '', dep?.at ?? stage.at, setting)];
    }
    if (reason.kind === 'missing-data') {
      return [
        {
          ...stage.at,
          message: `Stage '${stage.address}' is frozen and its out '${reason.path}' is missing`,
          hint: `Bring it back, or: mlo unfreeze ${shellWord(stage.address)}`,
        },
      ];
    }
    return [];
  });
}

function missingDep(stage: Stage, path: ProjectPath, at: Position, setting: Setting): Problem {
  if (isUrl(path)) {
    const message = `Stage '${stage.address}': dep '${path}' cannot be looked at, or nothing lies there`;
    return { ...at, message, hint: 'Check the address, the keys and the network.' };
  }
  return { ...at, message: `Stage '${stage.address}': dep '${path}' does not exist`, hint: whereFrom(path, setting) };
}

function whereFrom(path: ProjectPath, { graph, added }: Setting): string {
  const data = added.find((candidate) => isInside(candidate, path));
  if (data !== undefined) return `It is data added with mlo: mlo checkout ${shellWord(data)}`;
  const maker = graph.outs.covering(path)?.stage.address;
  return maker === undefined
    ? 'No stage produces it: create it, or check the path.'
    : `Stage '${maker}' produces it: mlo repro ${shellWord(maker)}`;
}
