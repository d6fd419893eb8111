export interface Lanes {
  /** How many pieces of work are under way at most. */
  readonly parallel: number;
  /** How many may be under way, or done and not yet taken. */
  readonly ahead: number;
}

/**
 * The results of `work` in the order of the items, whichever is done first. Nothing new begins while `ahead` results wait. Who stops early,
 * or meets an error, goes on when what was under way has ended.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  { parallel, ahead }: Lanes,
): AsyncGenerator<Result> {
  const source = items[Symbol.iterator]();
  const waiting: Promise<Result>[] = [];
  let running = 0;
  let over = false;

  function startMore(): void {
    while (!over && running < parallel && waiting.length < ahead) {
      const { done, value } = source.next();
      if (done === true) {
        over = true;
        return;
      }
      waiting.push(start(value));
    }
  }

  function start(item: Item): Promise<Result> {
    running += 1;
    const result = work(item).finally(() => {
      running -= 1;
      startMore();
    });
    // Whoever takes it gets the error; until then nobody listens.
    result.catch(() => undefined);
    return result;
  }

  try {
    startMore();
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const result = await first;
      void waiting.shift();
      startMore();
      yield result;
    }
  } finally {
    over = true;
    await Promise.allSettled(waiting);
  }
}
