// What mlo and its spawn helper say to each other over one socket: a JSON object a line.
// The output of commands does not pass here; it flows through FIFOs straight to mlo.

/** Descriptor of the socket in the helper. */
export const HELPER_SOCKET = 3;

/** `set` and `unset` are relative to the environment of the `base` message. */
export interface RunMessage {
  readonly type: 'run';
  readonly id: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly set: { readonly [name: string]: string };
  readonly unset: readonly string[];
  /** Path of the FIFO that becomes stdout and stderr. */
  readonly fifo: string;
}

export type ToHelper =
  | { readonly type: 'base'; readonly env: { readonly [name: string]: string } }
  | RunMessage
  | { readonly type: 'more-fifos' };

export type FromHelper =
  | { readonly type: 'fifos'; readonly paths: readonly string[] }
  | { readonly type: 'no-fifos'; readonly message: string }
  | { readonly type: 'start'; readonly id: number; readonly pid: number }
  /** `survivors`: the process group outlives its leader. */
  | {
      readonly type: 'exit';
      readonly id: number;
      readonly code: number | null;
      readonly signal: string | null;
      readonly survivors: boolean;
      /** Processor time of the command and of what it waited for, where the system tells. */
      readonly cpuMs?: number;
    }
  | { readonly type: 'error'; readonly id: number; readonly errno: string; readonly message: string };

export function encodeMessage(message: ToHelper | FromHelper): string {
  return `${JSON.stringify(message)}\n`;
}

/** Feeds text chunks, however cut, and calls back once for each complete message. */
export function messageReader<T>(onMessage: (message: T) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onMessage(JSON.parse(line) as T);
  };
}
