/**
 * Options of strace that make a system call fail, wait or kill, in all threads unless `threads` is false.
 * `fault` as strace has it: `error=ENOSPC`, `signal=SIGKILL:when=3`.
 */
export function injecting(call: string, fault: string, { threads = true }: { readonly threads?: boolean } = {}): string[] {
  // The filter lets through what is not asked for without a stop; it needs all threads, and cannot send a signal.
  const filter = threads && fault.startsWith('error=') ? ['--seccomp-bpf'] : [];
  return [...filter, ...(threads ? ['-f'] : []), '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`];
}
