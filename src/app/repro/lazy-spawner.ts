import type { Spawner } from '../../runtime/shell/spawner.ts';

/** The spawner of a command that may come to need none. */
export interface LazySpawner {
  readonly get: () => Promise<Spawner>;
  /** Its processes take a while to start: to be called as soon as it is known that a shell stage runs, however often. */
  readonly warm: () => void;
  readonly close: () => Promise<void>;
}

/** `env`: that of mlo; `jobs`: stages side by side. */
export function lazySpawner(env: NodeJS.ProcessEnv, jobs: number): LazySpawner {
  let opened: Promise<Spawner> | undefined;
  const get = (): Promise<Spawner> =>
    (opened ??= import('../../runtime/shell/spawner.ts').then(({ openSpawner }) => openSpawner(env, jobs)));
  return { get, warm: () => void get().then((spawner) => spawner.warm()), close: async () => await (await opened)?.close() };
}
