import { spawnSync } from 'node:child_process';

export interface Measured {
  /** Milliseconds. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Command {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Brings the world back to where each run starts; not timed. */
  readonly before?: () => void;
}

/** Whole processes, one after the other: `rounds` of each command in turn, so that drift of the machine hits all alike. */
export function measureTogether<Name extends string>(
  commands: { readonly [name in Name]: Command },
  rounds: number,
): { readonly [name in Name]: Measured } {
  const names = Object.keys(commands) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const elapsed = runOnce(commands[name]);
      if (round > 0) times.get(name)?.push(elapsed);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(times.get(name) ?? [])])) as { [name in Name]: Measured };
}

export function measure(command: Command, rounds: number): Measured {
  return measureTogether({ it: command }, rounds).it;
}

function runOnce(command: Command): number {
  command.before?.();
  const [file, ...args] = command.argv;
  if (file === undefined) throw new Error('an empty command');
  const started = performance.now();
  const { status, stderr, error } = spawnSync(file, args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const elapsed = performance.now() - started;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command.argv.join(' ')} ended with ${status}:\n${stderr.toString()}`);
  return elapsed;
}

export function summary(times: readonly number[]): Measured {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}
