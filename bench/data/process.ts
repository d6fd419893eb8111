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
 * Loaded into a Node process: leaves its peak memory behind when it ends. On Linux that of its own address space:
 * `resourceUsage` begins with what the process that forked it had.
 */
const NOTE_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  const peak = () => {
    if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
    return /^VmHWM:\\s+(\\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
  };
  process.on('exit', () => fs.writeFileSync(process.env.MLO_BENCH_MEMORY, String(peak() * 1024)));
`)}`;

/** The same for a script of Node, with the most memory (bytes, resident) that the process had. */
export async function runMeasuringMemory(command: Command): Promise<{ readonly ms: number; readonly bytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-bench-memory-'));
  try {
    const note = join(folder, 'bytes');
    const [node = '', ...args] = command.argv;
    const ms = await run({ ...command, argv: [node, '--import', NOTE_MEMORY, ...args], env: { ...command.env, MLO_BENCH_MEMORY: note } });
    return { ms, bytes: Number(readFileSync(note, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
