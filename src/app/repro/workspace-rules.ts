import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { MloError, type Problem } from '../../core/errors/mlo-error.ts';
import { isInside } from '../../core/path/project-path.ts';
import { isDvcFile, type ProjectPath, type Stage } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { openGit } from '../../fs/git.ts';
import { findNative } from '../../runtime/tensorflow/native/find-native.ts';
import { chooseShell, type ShellRequest } from '../../runtime/shell/choose-shell.ts';
import { absolutePath } from '../paths.ts';

export type IsMade = (path: ProjectPath) => boolean;

/** `isMade`: a stage writes it first. */
export function missingModule(root: string, stage: Stage, isMade: IsMade): readonly Problem[] {
  if (stage.action.kind !== 'module') return [];
  const { path } = stage.action;
  if (isMade(path) || statSync(absolutePath(root, path), { throwIfNoEntry: false })?.isFile() === true) return [];
  return [
    {
      ...stage.at,
      message: `Stage '${stage.address}': module '${path}' does not exist`,
      hint: `Create it, or correct 'run' in ${stage.file}.`,
    },
  ];
}

/** It pins a backend that this machine does not have. */
export function backendProblem(root: string, stage: Stage, env: NodeJS.ProcessEnv): readonly Problem[] {
  if (stage.backend !== 'native') return [];
  const native = findNative(env, root);
  if (native.state === 'ready') return [];
  const message = `Stage '${stage.address}': backend 'native' cannot be used here: ${native.why}`;
  return [{ ...stage.at, message, hint: 'mlo backend install, or another backend for this stage.' }];
}

/** The shell that its commands ask for is not on this machine. */
export function shellProblem(stage: Stage, env: ShellRequest['env']): readonly Problem[] {
  if (stage.action.kind !== 'cmd' || stage.action.shell === undefined) return [];
  try {
    chooseShell({ kind: isDvcFile(stage.file) ? 'dvc' : 'pipeline', env, shell: stage.action.shell });
    return [];
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const { message, hint } = error;
    return [{ ...stage.at, message: `Stage '${stage.address}': ${message}`, ...(hint === undefined ? {} : { hint }) }];
  }
}

/** A symlink on the way to an out must not lead out of the project. */
export function escapingOuts(root: string, stages: readonly Stage[]): readonly Problem[] {
  const realRoot = realpathSync(root);
  /** What is wrong with a folder, and what to do: hundreds of outs lie in one. */
  const faults = new Map<string, { readonly what: string; readonly hint: string } | undefined>();
  const faultOf = (folder: string): { readonly what: string; readonly hint: string } | undefined => {
    if (!faults.has(folder)) faults.set(folder, folderFault(root, realRoot, folder));
    return faults.get(folder);
  };
  return stages.flatMap((stage) =>
    stage.outs.flatMap((out) => {
      const fault = faultOf(dirname(absolutePath(root, out.path)));
      if (fault === undefined) return [];
      return [{ ...out.at, message: `Stage '${stage.address}': out '${out.path}' ${fault.what}`, hint: fault.hint }];
    }),
  );
}

function folderFault(root: string, realRoot: string, folder: string): { readonly what: string; readonly hint: string } | undefined {
  const parent = nearestExisting(folder);
  if (!statSync(parent).isDirectory()) return { what: `lies below '${shown(root, parent)}', which is a file`, hint: 'Move the file away.' };
  if (isInside(realRoot, realpathSync.native(parent))) return undefined;
  return { what: 'resolves outside the project (through a symlink)', hint: 'Replace the symlink by a folder.' };
}

export function wdirProblem(root: string, stage: Stage, isMade: IsMade): readonly Problem[] {
  if (stage.wdir === '.' || isMade(stage.wdir)) return [];
  const path = absolutePath(root, stage.wdir);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    return [
      { ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' does not exist`, hint: `mkdir -p ${shellWord(stage.wdir)}` },
    ];
  if (!stat.isDirectory()) return [{ ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' is not a folder` }];
  if (!isInside(realpathSync(root), realpathSync(path)))
    return [{ ...stage.at, message: `Stage '${stage.address}': wdir '${stage.wdir}' is outside the project` }];
  return [];
}

export function outsInGit(root: string, stages: readonly Stage[]): readonly Problem[] {
  const cached = stages.flatMap((stage) => stage.outs.filter((out) => out.cache).map((out) => ({ stage, out })));
  if (cached.length === 0) return [];
  const tracked = new Set(openGit(root)?.tracked(cached.map(({ out }) => out.path)));
  return cached
    .filter(({ out }) => tracked.has(out.path))
    .map(({ stage, out }) => ({
      ...out.at,
      message: `Stage '${stage.address}': out '${out.path}' is tracked by Git, and mlo would keep it in its cache`,
      hint: `git rm -r --cached '${out.path.replaceAll("'", `'\\''`)}'   (or declare it with cache: false)`,
    }));
}

function shown(root: string, path: string): string {
  return path.slice(root.length + 1);
}

function nearestExisting(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? nearestExisting(dirname(path)) : path;
}
