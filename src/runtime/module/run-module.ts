import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { startTimer } from '../../fs/long-timer.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { intraOpThreadsHere, setNativeEnvironment } from '../tensorflow/native/environment.ts';
import { openOutputLog } from '../shell/output-log.ts';
import type { ModuleResult, ModuleSpec } from '../types.ts';
import { openFifoOutput } from './fifo-output.ts';
import { createLoadingGate } from './loading-gate.ts';
import type { FromStage, Job, Outcome } from './protocol.ts';
import { startProcess } from './process-link.ts';
import { standIn } from './stage-folder.ts';
import type { LinkEnd, StageLink } from './stage-link.ts';
import { startThread } from './thread-link.ts';

const GRACE_MS = 5_000;
/** A process that has delivered its result but does not end. */
const LINGER_MS = 2_000;

type Stop = 'interrupted' | 'timeout' | 'log';

/**
 * Runs one stage module in a worker thread or a child process of its own. Never rejects for what a
 * stage does: its failure is `error`, and what it was found to load until then is there all the same.
 * All its records have been handed to `onRecords`, and its output to `onOutput` and the log, when this resolves.
 */
export async function runModule(spec: ModuleSpec): Promise<ModuleResult> {
  const refusal = refuseToStart(spec);
  if (refusal !== undefined) return { code: {}, packages: {}, undeclared: [], error: refusal };
  const shared = spec.isolate === 'worker' ? shareWithThread(spec) : undefined;
  const link = shared === undefined ? startProcess(spec) : startThread(shared.gate);
  const output = openOutput(spec);
  const fifos = openFifoOutput();
  const stop = stopOnRequest(spec, link);
  let outcome: Outcome | undefined;
  let lingering: NodeJS.Timeout | undefined;
  const stepBack = shared === undefined ? undefined : standIn(spec.root);

  function take(message: FromStage): void {
    if (message.type === 'output') output.text(message.stream, message.text);
    else if (message.type === 'log') output.log(message.text);
    else if (message.type === 'fifo') fifos.read(message.path, (bytes) => output.bytes(message.stream, bytes));
    else if (message.type === 'finish') {
      outcome = message.outcome;
      lingering = setTimeout(() => link.kill(), LINGER_MS);
    } else {
      spec.onRecords(message.records);
      if (shared !== undefined) release(shared.taken);
    }
    if (output.failure() !== undefined) stop.now('log');
  }

  try {
    const end = await new Promise<LinkEnd>((resolve, reject) => {
      link.listen({
        onMessage: (message) => {
          try {
            take(message);
          } catch (error) {
            link.kill();
            reject(error as Error);
          }
        },
        onBytes: output.bytes,
        onEnd: resolve,
      });
      link.post({ type: 'start', job: toJob(spec, shared) });
    });
    await fifos.drain();
    return toResult(spec, end, outcome, stop.reason(), output.failure());
  } finally {
    clearTimeout(lingering);
    stop.dispose();
    fifos.close();
    output.close();
    stepBack?.();
  }
}

function refuseToStart(spec: ModuleSpec): MloError | undefined {
  const { address, module, signal, forced } = spec;
  if (signal.aborted || forced?.aborted === true) return stopError(spec, 'interrupted', undefined);
  if (statSync(module, { throwIfNoEntry: false })?.isFile() === true) return undefined;
  return new MloError('MLO_MODULE', `Stage '${address}' cannot run: ${moduleOf(spec)} does not exist`, {
    hint: `mlo stage show ${shellWord(address)}`,
    details: { stage: address, module },
  });
}

type Shared = Required<Pick<Job, 'taken' | 'gate'>> & Pick<Job, 'threadsOfProcess'>;

function shareWithThread({ native, intraOpThreads = 1 }: ModuleSpec): Shared {
  if (native !== undefined && intraOpThreadsHere() === undefined) setNativeEnvironment(intraOpThreads);
  const threads = intraOpThreadsHere();
  return {
    taken: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    gate: createLoadingGate(),
    ...(threads === undefined ? {} : { threadsOfProcess: threads }),
  };
}

function toJob(spec: ModuleSpec, shared: Shared | undefined): Job {
  const { signal: _signal, forced: _forced, onOutput: _onOutput, onRecords: _onRecords, timeoutMs: _timeoutMs, ...job } = spec;
  return { ...job, ...shared };
}

function release(taken: SharedArrayBuffer): void {
  const count = new Int32Array(taken);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
}

interface Output {
  text(stream: 'stdout' | 'stderr', text: string): void;
  bytes(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** To the log file only. */
  log(text: string): void;
  failure(): NodeJS.ErrnoException | undefined;
  close(): void;
}

function openOutput({ logPath, onOutput }: ModuleSpec): Output {
  const encoder = new TextEncoder();
  const streams = {
    stdout: openOutputLog(logPath, (text) => onOutput('stdout', text)),
    stderr: openOutputLog(logPath, (text) => onOutput('stderr', text)),
  };
  const silent = openOutputLog(logPath, () => {});
  const all = [streams.stdout, streams.stderr, silent];
  return {
    text: (stream, text) => streams[stream].write(encoder.encode(text)),
    bytes: (stream, bytes) => streams[stream].write(bytes),
    log: (text) => silent.write(encoder.encode(text)),
    failure: () => all.map((log) => log.failure()).find((failure) => failure !== undefined),
    close: () => all.forEach((log) => log.close()),
  };
}

interface Stopping {
  reason(): Stop | undefined;
  now(reason: Stop): void;
  dispose(): void;
}

/** First the stage's `signal`, after the grace the end of its thread or process; at once when forced. */
function stopOnRequest({ signal, forced, timeoutMs, graceMs = GRACE_MS }: ModuleSpec, link: StageLink): Stopping {
  let reason: Stop | undefined;
  let grace: NodeJS.Timeout | undefined;
  const ask = (why: Stop, text: string): void => {
    if (reason !== undefined) return;
    reason = why;
    link.post({ type: 'abort', why: text });
    grace = setTimeout(() => link.kill(), graceMs);
  };
  const now = (why: Stop): void => {
    reason ??= why;
    link.kill();
  };
  const onAbort = (): void => ask('interrupted', 'mlo was interrupted');
  const onForced = (): void => now('interrupted');
  const usedUp = (): void => ask('timeout', 'the stage has used up its timeout');
  const cancelTimeout = timeoutMs === undefined ? undefined : startTimer(timeoutMs, usedUp);
  signal.addEventListener('abort', onAbort);
  forced?.addEventListener('abort', onForced);
  return {
    reason: () => reason,
    now,
    dispose: () => {
      cancelTimeout?.();
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
      forced?.removeEventListener('abort', onForced);
    },
  };
}

function toResult(
  spec: ModuleSpec,
  end: LinkEnd,
  outcome: Outcome | undefined,
  stop: Stop | undefined,
  logFailure: NodeJS.ErrnoException | undefined,
): ModuleResult {
  const { failure, ...found } = outcome ?? { code: {}, packages: {}, undeclared: [] };
  const error = stopError(spec, stop, logFailure) ?? (outcome === undefined ? endedEarly(spec, end) : failure && toError(failure));
  return error === undefined ? found : { ...found, error };
}

function toError({ code, message, ...rest }: NonNullable<Outcome['failure']>): MloError {
  return new MloError(code, message, rest);
}

function stopError(spec: ModuleSpec, stop: Stop | undefined, logFailure: NodeJS.ErrnoException | undefined): MloError | undefined {
  const { address, timeoutMs = 0, logPath } = spec;
  const details = { stage: address, log: logPath };
  if (stop === 'timeout') {
    return new MloError('MLO_STAGE_TIMEOUT', `Stage '${address}' was ended after its timeout of ${timeoutMs / 1000} s: ${moduleOf(spec)}`, {
      hint: `mlo logs ${shellWord(address)}`,
      details: { ...details, timeoutMs },
    });
  }
  if (stop === 'interrupted') return new MloError('MLO_INTERRUPTED', `Stage '${address}' was interrupted`, { details });
  if (logFailure === undefined) return undefined;
  return new MloError('MLO_STAGE_FAILED', `Stage '${address}' was ended because its log cannot be written: ${logFailure.message}`, {
    hint: 'df -h .',
    details,
    cause: logFailure,
  });
}

/** The thread or process is gone without a result. */
function endedEarly(spec: ModuleSpec, end: LinkEnd): MloError {
  const { address, logPath, isolate } = spec;
  const what = isolate === 'worker' ? 'thread' : 'process';
  const options = {
    hint: `mlo logs ${shellWord(address)}`,
    details: { stage: address, log: logPath, end: end.kind === 'error' ? String(end.error) : end },
  };
  const fail = (why: string, hint = options.hint): MloError =>
    new MloError('MLO_STAGE_FAILED', `Stage '${address}' failed: ${why} (${moduleOf(spec)})`, { ...options, hint });
  if (end.kind === 'out-of-memory' && end.of === 'system')
    return fail(`its ${what} ran out of memory: the system had no more for it`, 'free -h');
  if (end.kind === 'out-of-memory') {
    return fail(`its ${what} ran out of memory: the JavaScript heap reached its limit`, 'NODE_OPTIONS=--max-old-space-size=8192 mlo repro');
  }
  if (end.kind === 'error') return fail(`its ${what} broke: ${end.error instanceof Error ? end.error.message : String(end.error)}`);
  if (end.signal !== null) return fail(`its process was ended by ${end.signal}${MEANINGS.get(end.signal) ?? ''}`);
  return fail(`its ${what} ended with exit code ${end.code} before the stage was done`);
}

const CRASHES = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP'];
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ...CRASHES.map((signal) => [signal, ', a crash of native code'] as const),
  ['SIGKILL', ', as the system does where memory runs out'],
]);

function moduleOf({ root, module }: ModuleSpec): string {
  return relative(root, module);
}
