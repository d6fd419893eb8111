import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes that are fine besides 0. */
  readonly alsoFine?: readonly number[];
}

/** Runs a whole process; returns milliseconds. Throws with what it wrote to stderr where it fails. */
export async function run({ argv, cwd, env, alsoFine = [] }: Command): Promise<number> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('an empty command');
  const started = performance.now();
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const end = (): void => void child.kill('SIGKILL');
  // Before the folder that it works in is removed.
  process.prependOnceListener('exit', end);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const elapsed = performance.now() - started;
  process.off('exit', end);
  if (code !== 0 && !alsoFine.includes(code ?? -1)) throw new Error(`${argv.join(' ')} ended with ${code}:\n${stderr}`);
  return elapsed;
}

/** A machine under a hypervisor may lose what it had read: whoever reads it first would pay for all. */
export async function readAll(folder: string): Promise<void> {
  await run({ argv: ['find', folder, '-type', 'f', '-exec', 'cat', '{}', '+'] });
}

/**
 * Loaded into a Node process: leaves its peak memory and the processor time of all its threads behind when it ends. Memory on Linux
 * that of its own address space: `resourceUsage` begins with what the process that forked it had.
 */
const NOTE_USE = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  const peak = () => {
    if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
    return /^VmHWM:\\s+(\\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
  };
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    fs.writeFileSync(process.env.MLO_BENCH_USE, JSON.stringify({ bytes: peak() * 1024, cpuMs: (user + system) / 1000 }));
  });
`)}`;

export interface Use {
  readonly ms: number;
  /** The most memory, resident. */
  readonly bytes: number;
  /** Processor time of all threads, user and system. */
  readonly cpuMs: number;
}

/** The same for a script of Node, with what the process used. */
export async function runMeasuringUse(command: Command): Promise<Use> {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-bench-use-'));
  try {
    const note = join(folder, 'use');
    const [node = '', ...args] = command.argv;
    const ms = await run({ ...command, argv: [node, '--import', NOTE_USE, ...args], env: { ...command.env, MLO_BENCH_USE: note } });
    return { ms, ...(JSON.parse(readFileSync(note, 'utf8')) as Omit<Use, 'ms'>) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
