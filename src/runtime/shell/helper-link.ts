import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { MloError } from '../../core/errors/mlo-error.ts';
import { entryPoint } from '../../fs/entry-point.ts';
import { openFifoReader, type FifoReader } from './fifo-reader.ts';
import { superviseCommand, type Command, type CommandControl, type RunningCommand } from './running-command.ts';
import { encodeMessage, HELPER_SOCKET, messageReader, type FromHelper, type ToHelper } from './spawn-protocol.ts';

/** mlo's side of one helper process. */
export interface HelperLink {
  /** Rejects with MLO_RUNTIME when the helper cannot run or cannot make FIFOs. */
  start(command: Command): Promise<RunningCommand>;
  /** Commands that it starts or that run. */
  load(): number;
  kill(): void;
  isLost(): boolean;
  close(): Promise<void>;
}

type Environment = { readonly [name: string]: string };

/** Few threads and a small young generation keep the helper, and with it every fork, cheap. */
const HELPER_FLAGS = ['--v8-pool-size=0', '--max-semi-space-size=1', '--disable-warning=ExperimentalWarning'];
const STDERR_KEPT = 2000;

export function openHelperLink(base: Environment): HelperLink {
  const helper = startHelper(base);
  const socket = helper.stdio[HELPER_SOCKET] as Socket;
  const running = new Map<number, CommandControl>();
  const fifos = fifoPool(() => send({ type: 'more-fifos' }));
  let nextId = 0;
  /** Commands that wait for a FIFO. */
  let starting = 0;
  let lost: string | undefined;
  let stderr = '';

  helper.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  helper.once('error', (error) => lose(error.message));
  helper.once('exit', (code, signal) => afterLastMessage(() => lose(signal === null ? `exit code ${code}` : `killed by ${signal}`)));
  socket.setEncoding('utf8');
  socket.on('data', messageReader<FromHelper>(receive));
  // A write to a helper that died fails here; what matters about it comes with its exit event.
  socket.on('error', () => {});
  send({ type: 'base', env: base });
  holdMloOpen();

  /** What the helper wrote before it died may arrive after the news of its death. */
  function afterLastMessage(action: () => void): void {
    if (socket.closed) action();
    else socket.once('close', action);
  }

  function send(message: ToHelper): void {
    if (socket.writable) socket.write(encodeMessage(message));
  }

  function receive(message: FromHelper): void {
    if (message.type === 'fifos') return fifos.add(message.paths);
    if (message.type === 'no-fifos') return fifos.refuse(cannotMakeFifos(message.message));
    const control = running.get(message.id);
    if (control === undefined) return;
    if (message.type === 'start') control.started(message.pid);
    else if (message.type === 'exit') control.exited(message);
    else control.notStarted(message.errno, message.message);
  }

  async function start(command: Command): Promise<RunningCommand> {
    const id = nextId++;
    starting += 1;
    const output = await openOutput(command).finally(() => (starting -= 1));
    const control = superviseCommand(output, (clean) => {
      running.delete(id);
      if (clean) fifos.add([output.path]);
      holdMloOpen();
    });
    running.set(id, control);
    holdMloOpen();
    const { file, args, cwd, env } = command;
    if (lost === undefined) send({ type: 'run', id, file, args, cwd, ...difference(base, env), fifo: output.path });
    else control.lost(lost);
    return control;
  }

  async function openOutput(command: Command): Promise<FifoReader> {
    for (;;) {
      const path = fifos.take() ?? (await waitForFifo());
      const reader = openFifoReader(path, command.onOutput);
      // A cleaner of the temporary folder may have removed it.
      if (reader !== undefined) return reader;
    }
  }

  async function waitForFifo(): Promise<string> {
    holdMloOpen(true);
    return await fifos.wait();
  }

  /** An idle helper must not keep mlo from ending. */
  function holdMloOpen(hold = running.size > 0): void {
    const stream = helper.stderr as Socket;
    for (const handle of [helper, socket, stream]) {
      if (hold) handle.ref();
      else handle.unref();
    }
  }

  function lose(how: string): void {
    if (lost !== undefined) return;
    lost = `The helper process that starts commands (pid ${helper.pid ?? 'none'}) ended: ${how}.${stderr === '' ? '' : `\n${stderr.trim()}`}`;
    fifos.refuse(new MloError('MLO_RUNTIME', lost, { hint: 'mlo repro' }));
    for (const control of running.values()) control.lost(lost);
  }

  function kill(): void {
    for (const control of running.values()) control.kill();
  }

  async function close(): Promise<void> {
    const ends = Array.from(running.values(), (control) => control.ended);
    kill();
    await Promise.all(ends);
    holdMloOpen(true);
    // It closes its end once it has cleaned up; the 10 ms that Node takes to exit then are not waited for.
    socket.end();
    if (!socket.closed) await once(socket, 'close');
    holdMloOpen(false);
  }

  return { start, load: () => starting + running.size, kill, isLost: () => lost !== undefined, close };
}

function startHelper(base: Environment): ChildProcess {
  const path = fileURLToPath(entryPoint('spawn-helper'));
  // Only what mkfifo and os.tmpdir() need: NODE_OPTIONS and the like are meant for stages.
  const env = { PATH: `${base.PATH ?? ''}:/usr/bin:/bin`, ...(base.TMPDIR === undefined ? {} : { TMPDIR: base.TMPDIR }) };
  // A session of its own: a Ctrl-C of the terminal must reach mlo alone, which then ends the commands.
  return spawn(process.execPath, [...HELPER_FLAGS, path], { env, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
}

interface FifoPool {
  take(): string | undefined;
  wait(): Promise<string>;
  add(paths: readonly string[]): void;
  refuse(error: MloError): void;
}

function fifoPool(askForMore: () => void): FifoPool {
  const free: string[] = [];
  let waiting: PromiseWithResolvers<string>[] = [];
  let asked = true;

  function wait(): Promise<string> {
    const turn = Promise.withResolvers<string>();
    waiting.push(turn);
    if (!asked) askForMore();
    asked = true;
    return turn.promise;
  }

  function add(paths: readonly string[]): void {
    free.push(...paths);
    asked = false;
    while (waiting.length > 0 && free.length > 0) waiting.shift()?.resolve(free.pop() as string);
    if (waiting.length > 0) {
      asked = true;
      askForMore();
    }
  }

  function refuse(error: MloError): void {
    asked = false;
    for (const turn of waiting) turn.reject(error);
    waiting = [];
  }

  return { take: () => free.pop(), wait, add, refuse };
}

function cannotMakeFifos(why: string): MloError {
  return new MloError('MLO_RUNTIME', `The pipes for the output of commands cannot be made in the temporary folder: ${why}`, {
    hint: 'TMPDIR=/path/to/a/writable/folder mlo repro',
  });
}

function difference(base: Environment, env: Environment): { set: Record<string, string>; unset: string[] } {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (base[name] !== value) set[name] = value;
  return { set, unset: Object.keys(base).filter((name) => !Object.hasOwn(env, name)) };
}
