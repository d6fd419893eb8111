import { openHelperLink, type HelperLink } from './helper-link.ts';
import type { Command, RunningCommand } from './running-command.ts';

/** Starts commands through the spawn helper, so that a start costs the same however large mlo is. */
export interface Spawner {
  /** Starts the helpers (about 30 ms, in the background) so that the first commands do not wait for them. */
  warm(): void;
  /** Starts a command as leader of its own session and process group; rejects with MLO_RUNTIME when no helper can run. */
  start(command: Command): Promise<RunningCommand>;
  /** SIGKILL to every process group that runs: the second Ctrl-C. */
  kill(): void;
  /** Kills what runs and ends the helpers. */
  close(): Promise<void>;
}

/** A helper stands still for a millisecond while it forks, so stages that start side by side are shared out; more than this no core is left for. */
const MOST_HELPERS = 2;

/**
 * `baseEnv`: the environment that most commands share; only differences from it travel with a command.
 * `sideBySide`: how many commands run at once, as a rule. A helper that died is replaced at the next start.
 */
export function openSpawner(baseEnv: { readonly [name: string]: string | undefined } = process.env, sideBySide = 1): Spawner {
  const base = definedOnly(baseEnv);
  const wanted = Math.max(1, Math.min(sideBySide, MOST_HELPERS));
  let links: readonly HelperLink[] = [];

  function openLinks(): readonly HelperLink[] {
    links = links.filter((link) => !link.isLost());
    while (links.length < wanted) links = [...links, openHelperLink(base)];
    return links;
  }

  return {
    warm: () => void openLinks(),
    start: (command) =>
      openLinks()
        .reduce((best, link) => (link.load() < best.load() ? link : best))
        .start(command),
    kill: () => links.forEach((link) => link.kill()),
    close: async () => {
      const last = links;
      links = [];
      await Promise.all(last.map((link) => link.close()));
    },
  };
}

function definedOnly(env: { readonly [name: string]: string | undefined }): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
