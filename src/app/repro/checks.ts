import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { MloError, type Problem } from '../../core/errors/mlo-error.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import { isInside } from '../../core/path/project-path.ts';
import type { Graph } from '../../core/graph/graph.ts';
import type { ProjectPath, Stage } from '../../core/stage.ts';
import { openGit } from '../../fs/git.ts';
import { absolutePath } from '../paths.ts';

/** Everything that can be known before anything runs, all problems at once; the code is that of the first. */
export function checkBeforeRun(root: string, graph: Graph, plans: readonly StagePlan[], added: readonly ProjectPath[]): void {
  const active = plans.filter((plan) => plan.state === 'run' || plan.state === 'restore').map((plan) => plan.stage);
  const running = plans.filter((plan) => plan.state === 'run').map((plan) => plan.stage);
  const found: readonly (readonly [MloError['code'], readonly Problem[]])[] = [
    [
      'MLO_DEP_MISSING',
      [...plans.flatMap((plan) => missingData(plan, graph, added)), ...running.flatMap((stage) => missingModule(root, stage, graph))],
    ],
    ['MLO_PATH_UNSAFE', active.flatMap((stage) => escapingOuts(root, stage))],
    ['MLO_PIPELINE_INVALID', active.flatMap((stage) => wdirProblem(root, stage, graph))],
    ['MLO_OUT_IN_GIT', outsInGit(root, active)],
    ['MLO_BACKEND', running.flatMap(backendProblem)],
  ];
  const problems = found.flatMap(([, each]) => each);
  const [code] = found.find(([, each]) => each.length > 0) ?? [];
  const [first] = problems;
  if (code === undefined || first === undefined) return;
  const message = problems.length === 1 ? first.message : `${problems.length} problems, the first: ${first.message}`;
  throw new MloError(code, message, { problems, ...(first.hint === undefined ? {} : { hint: first.hint }) });
}

function missingModule(root: string, stage: Stage, graph: Graph): readonly Problem[] {
  if (stage.action.kind !== 'module') return [];
  const { path } = stage.action;
  if (graph.outs.covering(path) !== undefined || statSync(absolutePath(root, path), { throwIfNoEntry: false })?.isFile() === true)
    return [];
  return [
    {
      ...stage.at,
      message: `Stage '${stage.address}': module '${path}' does not exist`,
      hint: `Create it, or correct 'run' in ${stage.file}.`,
    },
  ];
}

function backendProblem(stage: Stage): readonly Problem[] {
  if (stage.backend !== 'native') return [];
  return [
    { ...stage.at, message: `Stage '${stage.address}': backend 'native' cannot be used with this version`, hint: "Use 'wasm' or 'cpu'." },
  ];
}

function missingData(plan: StagePlan, graph: Graph, added: readonly ProjectPath[]): readonly Problem[] {
  if (plan.state !== 'blocked') return [];
  const { stage } = plan;
  return plan.reasons.flatMap((reason): readonly Problem[] => {
    if (reason.kind === 'missing-dep') {
      const dep = stage.deps.find((candidate) => candidate.path === reason.path);
      const hint = whereFrom(reason.path ?? '', graph, added);
      return [{ ...(dep?.at ?? stage.at), message: `Stage '${stage.address}': dep '${reason.path}' does not exist`, hint }];
    }
    if (reason.kind === 'missing-data') {
      return [
        {
          ...stage.at,
          message: `Stage '${stage.address}' is frozen and its out '${reason.path}' is missing`,
          hint: `Bring it back, or: mlo unfreeze ${stage.address}`,
        },
      ];
    }
    return [];
  });
}

function whereFrom(path: ProjectPath, graph: Graph, added: readonly ProjectPath[]): string {
  const data = added.find((candidate) => isInside(candidate, path));
  if (data !== undefined) return `It is data added with mlo: mlo checkout ${data}`;
  const maker = graph.outs.covering(path)?.stage.address;
  return maker === undefined ? 'No stage produces it: create it, or check the path.' : `Stage '${maker}' produces it: mlo repro ${maker}`;
}

/** A symlink on the way to an out must not lead out of the project. */
function escapingOuts(root: string, stage: Stage): readonly Problem[] {
  const realRoot = realpathSync(root);
  return stage.outs.flatMap((out) => {
    const parent = nearestExisting(dirname(absolutePath(root, out.path)));
    if (!statSync(parent).isDirectory()) {
      return [
        {
          ...out.at,
          message: `Stage '${stage.address}': out '${out.path}' lies below '${shown(root, parent)}', which is a file`,
          hint: 'Move the file away.',
        },
      ];
    }
    if (isInside(realRoot, realpathSync(parent))) return [];
    return [
      {
        ...out.at,
        message: `Stage '${stage.address}': out '${out.path}' resolves outside the project (through a symlink)`,
        hint: 'Replace the symlink by a folder.',
      },
    ];
  });
}

function wdirProblem(root: string, stage: Stage, graph: Graph): readonly Problem[] {
  if (stage.wdir === '.' || graph.outs.covering(stage.wdir) !== undefined) return [];
  const path = absolutePath(root, stage.wdir);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    return [{ ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' does not exist`, hint: `mkdir -p ${stage.wdir}` }];
  if (!stat.isDirectory()) return [{ ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' is not a folder` }];
  if (!isInside(realpathSync(root), realpathSync(path)))
    return [{ ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' is outside the project` }];
  return [];
}

function outsInGit(root: string, stages: readonly Stage[]): readonly Problem[] {
  const cached = stages.flatMap((stage) => stage.outs.filter((out) => out.cache).map((out) => ({ stage, out })));
  if (cached.length === 0) return [];
  const tracked = trackedByGit(
    root,
    cached.map(({ out }) => out.path),
  );
  return cached
    .filter(({ out }) => tracked.has(out.path))
    .map(({ stage, out }) => ({
      ...out.at,
      message: `Stage '${stage.address}': out '${out.path}' is tracked by Git, and mlo would keep it in its cache`,
      hint: `git rm -r --cached '${out.path}'   (or declare it with cache: false)`,
    }));
}

/** The given paths that Git tracks, or has tracked files below. */
export function trackedByGit(root: string, paths: readonly ProjectPath[]): ReadonlySet<ProjectPath> {
  const files = openGit(root)?.tracked([...paths]) ?? [];
  const found = new Set<ProjectPath>();
  const wanted = new Set(paths);
  for (const file of files) {
    for (let path = file; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) if (wanted.has(path)) found.add(path);
  }
  return found;
}

function shown(root: string, path: string): string {
  return path.slice(root.length + 1);
}

function nearestExisting(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? nearestExisting(dirname(path)) : path;
}
