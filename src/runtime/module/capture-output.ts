import type { Port } from './protocol.ts';

type Write = typeof process.stdout.write;

/**
 * Everything written to stdout and stderr of this thread (`console` included) is posted at once, so that even a
 * thread that never yields is heard. Bytes are taken as UTF-8.
 */
export function captureOutput(port: Port): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      if (text !== '') port.post({ type: 'output', stream, text });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') queueMicrotask(() => (done as () => void)());
      return true;
    };
    process[stream].write = write as Write;
  }
}
