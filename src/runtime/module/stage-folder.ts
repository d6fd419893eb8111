/** Threads at work, which have the working folder of the process. */
let threads = 0;
let before = '';

/**
 * Stages stand in the project root, wherever mlo was started: what a module reads by a relative path is the same file
 * in a thread and in a process of its own. To be called before the thread is given its stage; returns what is to be called once it has ended.
 */
export function standIn(root: string): () => void {
  if (threads === 0) {
    before = process.cwd();
    process.chdir(root);
  }
  threads += 1;
  return () => {
    threads -= 1;
    if (threads === 0) goBack();
  };
}

function goBack(): void {
  try {
    process.chdir(before);
  } catch {
    // A stage may have removed that folder.
  }
}
