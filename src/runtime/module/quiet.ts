let depth = 0;

/** What mlo itself reads, and what Node reads while it resolves and loads modules, is not the stage's doing. */
export function quietly<Result>(work: () => Result): Result {
  depth += 1;
  try {
    return work();
  } finally {
    depth -= 1;
  }
}

export function isQuiet(): boolean {
  return depth > 0;
}
