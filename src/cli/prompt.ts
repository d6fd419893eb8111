import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; anything but y or yes is a no, the end of input too. Throws the signal's reason after Ctrl-C. */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline swallows Ctrl-C while it reads: pass it on, so that it means here what it means everywhere.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
  });
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name === 'AbortError') signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
  }
}
