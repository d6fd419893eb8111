import type { Event } from '../../src/core/events.ts';
import type { AppContext } from '../../src/app/types.ts';

/** What the command line would hand to a use case; the events are kept. */
export function appContext(cwd: string, env: AppContext['env'] = {}): AppContext & { readonly events: readonly Event[] } {
  const events: Event[] = [];
  return { cwd, env, emit: (event) => void events.push(event), events, signal: new AbortController().signal, command: 'mlo test' };
}
