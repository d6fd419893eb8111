/** What the commands of the test at hand did; printed where the test fails. */
export interface LoggedCommand {
  readonly command: string;
  readonly cwd: string;
  readonly ending: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

const entries: LoggedCommand[] = [];

export const commandLog = {
  add(entry: LoggedCommand): void {
    entries.push(entry);
  },
  clear(): void {
    entries.length = 0;
  },
  text(): string {
    return entries.map(show).join('');
  },
};

function show(entry: LoggedCommand): string {
  const head = `\n$ ${entry.command}\n  in ${entry.cwd}, ${entry.ending} after ${Math.round(entry.durationMs)} ms\n`;
  return head + block('stdout', entry.stdout) + block('stderr', entry.stderr);
}

function block(name: string, text: string): string {
  return text === '' ? '' : `${name}:\n${text.replace(/^/gm, '  | ')}\n`;
}
