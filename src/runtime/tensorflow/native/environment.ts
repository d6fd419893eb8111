/**
 * What TensorFlow reads from the environment when it is loaded. Without oneDNN and with a given number of intra-op
 * threads the same inputs give the same bytes, and at this log level it writes nothing to stderr, which is the terminal's.
 */
export function nativeEnvironment(intraOpThreads: number): { readonly [name: string]: string } {
  return {
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_ENABLE_ONEDNN_OPTS: '0',
    TF_NUM_INTRAOP_THREADS: String(intraOpThreads),
  };
}

let threadsHere: number | undefined;

/** The number of intra-op threads that TensorFlow has, or will have, in this process; undefined: not settled. */
export function intraOpThreadsHere(): number | undefined {
  return threadsHere;
}

/**
 * Settles it for this process, before the first thread loads TensorFlow: C++ sees what the main thread sets, never
 * what a worker does, and keeps the thread pool of the first load. A second call with another number is a fault.
 */
export function setNativeEnvironment(intraOpThreads: number): void {
  if (threadsHere !== undefined && threadsHere !== intraOpThreads)
    throw new Error(`TensorFlow has ${threadsHere} intra-op threads in this process, not ${intraOpThreads}`);
  if (threadsHere !== undefined) return;
  threadsHere = intraOpThreads;
  Object.assign(process.env, nativeEnvironment(intraOpThreads));
}
