import type { Stage, StageAddress } from '../stage.ts';

type Upstream = ReadonlyMap<StageAddress, readonly StageAddress[]>;

/** Depth first by definition order, without recursion: chains of thousands of stages are common. */
export function topologicalOrder(stages: readonly Stage[], upstream: Upstream): readonly Stage[] {
  const byAddress = new Map(stages.map((stage) => [stage.address, stage]));
  const done = new Set<StageAddress>();
  const order: Stage[] = [];
  for (const stage of stages) {
    visit(stage.address, upstream, done, (address) => {
      const found = byAddress.get(address);
      if (found !== undefined) order.push(found);
    });
  }
  return order;
}

function visit(start: StageAddress, upstream: Upstream, done: Set<StageAddress>, emit: (address: StageAddress) => void): void {
  if (done.has(start)) return;
  const stack: { address: StageAddress; next: number }[] = [{ address: start, next: 0 }];
  done.add(start);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = (upstream.get(frame.address) ?? [])[frame.next];
    frame.next += 1;
    if (child === undefined) {
      emit(frame.address);
      stack.pop();
    } else if (!done.has(child)) {
      done.add(child);
      stack.push({ address: child, next: 0 });
    }
  }
}

/** Cycles that share no stage, each from the stage that is read to the stage that reads it. */
export function findCycles(stages: readonly Stage[], upstream: Upstream): readonly (readonly StageAddress[])[] {
  const finished = new Set<StageAddress>();
  const cycles: (readonly StageAddress[])[] = [];
  for (const stage of stages) {
    const cycle = cycleFrom(stage.address, upstream, finished);
    if (cycle !== undefined) cycles.push(cycle);
  }
  return cycles;
}

function cycleFrom(start: StageAddress, upstream: Upstream, finished: Set<StageAddress>): readonly StageAddress[] | undefined {
  if (finished.has(start)) return undefined;
  const path: StageAddress[] = [start];
  const onPath = new Set(path);
  const next = [0];
  while (path.length > 0) {
    const address = path.at(-1) as StageAddress;
    const child = (upstream.get(address) ?? [])[next[next.length - 1] as number];
    (next[next.length - 1] as number)++;
    if (child === undefined) {
      finished.add(address);
      onPath.delete(address);
      path.pop();
      next.pop();
    } else if (onPath.has(child)) {
      // Whoever leads here is not looked at again: its way would end in this cycle.
      for (const each of path) finished.add(each);
      return path.slice(path.indexOf(child)).toReversed();
    } else if (!finished.has(child)) {
      path.push(child);
      onPath.add(child);
      next.push(0);
    }
  }
  return undefined;
}
