import type { MloError } from '../../core/errors/mlo-error.ts';
import type { ShellResult, ShellSpec } from '../types.ts';
import { openOutputLog, type OutputLog } from './output-log.ts';
import type { CommandEnd } from './running-command.ts';
import type { Spawner } from './spawner.ts';
import { commandFailed, helperLost, logUnwritable, notStarted, stageInterrupted, stageTimedOut } from './stage-errors.ts';
import { watchForStop, type StageStop } from './stage-stop.ts';

/**
 * Runs the commands of a stage one after the other, each by a shell of its own in a process group of
 * its own with /dev/null as stdin, and stops at the first that fails.
 *
 * stdout and stderr share one pipe, so that the log has them in the order in which they were
 * written; `onOutput` names the stream `stdout` therefore.
 * A command is over when its shell has ended and its process group is empty: what it left in the
 * background gets a second to end by itself, then SIGTERM, two seconds later SIGKILL, because outs
 * are read next. A daemon that made a session of its own is not waited for.
 * `signal` and the timeout end the group with SIGTERM and ten seconds later SIGKILL, `forced` at once.
 * Never rejects for what a stage does.
 */
export async function runShell(spec: ShellSpec, spawner: Spawner): Promise<ShellResult> {
  const stop = watchForStop(spec);
  const output = openOutputLog(spec.logPath, (text) => spec.onOutput('stdout', text));
  let cpuMs: number | undefined;
  try {
    for (const command of spec.commands) {
      if (stop.reason() !== undefined) return stopped(spec, command, stop, output);
      const end = await runCommand(spec, command, spawner, stop, output);
      if (end.kind === 'exited' && end.cpuMs !== undefined) cpuMs = (cpuMs ?? 0) + end.cpuMs;
      const error = commandError(spec, command, end, stop, output);
      if (error !== undefined) return { error, ...status(end), ...useOf(cpuMs) };
    }
    return { exitCode: 0, signal: null, ...useOf(cpuMs) };
  } finally {
    stop.dispose();
    output.close();
  }
}

async function runCommand(spec: ShellSpec, command: string, spawner: Spawner, stop: StageStop, output: OutputLog): Promise<CommandEnd> {
  const running = await spawner.start({
    file: spec.shell.path,
    args: [...spec.shell.args, command],
    cwd: spec.wdir,
    env: spec.env,
    onOutput: (bytes) => {
      output.write(bytes);
      if (output.failure() !== undefined) stop.request('log');
    },
  });
  spec.onCommand?.(running.pid);
  stop.watch(running);
  return await running.ended;
}

/** A command that ended well although it was asked to stop counts as stopped: the rest would not run. */
function commandError(spec: ShellSpec, command: string, end: CommandEnd, stop: StageStop, output: OutputLog): MloError | undefined {
  if (end.kind === 'lost') return helperLost(spec, command, end.message);
  if (end.kind === 'not-started') return notStarted(spec, command, end);
  if (stop.reason() !== undefined) return stopError(spec, command, stop, output);
  return end.code === 0 ? undefined : commandFailed(spec, command, end, output.tail());
}

function stopped(spec: ShellSpec, command: string, stop: StageStop, output: OutputLog): ShellResult {
  return { error: stopError(spec, command, stop, output), exitCode: null, signal: null };
}

function stopError(spec: ShellSpec, command: string, stop: StageStop, output: OutputLog): MloError {
  const failure = output.failure();
  if (stop.reason() === 'log' && failure !== undefined) return logUnwritable(spec, failure);
  if (stop.reason() === 'timeout') return stageTimedOut(spec, command, spec.timeoutMs ?? 0, output.tail());
  return stageInterrupted(spec, command);
}

function status(end: CommandEnd): { exitCode: number | null; signal: string | null } {
  return end.kind === 'exited' ? { exitCode: end.code, signal: end.signal } : { exitCode: null, signal: null };
}

function useOf(cpuMs: number | undefined): Pick<ShellResult, 'use'> {
  return cpuMs === undefined ? {} : { use: { cpuSeconds: cpuMs / 1000 } };
}
