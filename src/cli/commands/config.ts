import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { SCOPE_OPTIONS, scopeOf, type ScopeFlags } from '../scope-options.ts';

const configListVerb = defineCommand({
  usage: 'list',
  summary: 'all keys with their values and where these come from',
  examples: [
    ['mlo config list', 'values and origins'],
    ['mlo config list --json', 'the same with what every key means'],
  ],
  async run({ context, style }: Invocation): Promise<Outcome> {
    const { configList } = await import('../../app/config.ts');
    const data = await configList(context);
    const { configLines } = await import('../../ui/render/config.ts');
    return { data, lines: configLines(data.entries, style) };
  },
});

const configGetVerb = defineCommand({
  usage: 'get <key>',
  summary: 'print the value that counts',
  examples: [
    ['mlo config get core.jobs', 'one value, for scripts'],
    ['mlo config get cache.link --json', 'with its origin'],
  ],
  async run({ context }: Invocation, _flags: object, key: string): Promise<Outcome> {
    const { configGet } = await import('../../app/config.ts');
    const data = await configGet(context, key);
    const { configValueText } = await import('../../ui/render/config.ts');
    return { data, lines: [configValueText(data.value)] };
  },
});

const configSetVerb = defineCommand({
  usage: 'set <key> <value>',
  summary: 'write a key (by default into .mlo/config.yaml, which is committed)',
  examples: [
    ['mlo config set core.jobs 2', 'two stages side by side, for everybody in this project'],
    ['mlo config set cache.dir /data/mlo-cache --local', 'only for this clone'],
  ],
  options: SCOPE_OPTIONS,
  writes: true,
  async run({ context, style }: Invocation, flags: ScopeFlags, key: string, value: string): Promise<Outcome> {
    const { configSet } = await import('../../app/config.ts');
    const data = await configSet(context, key, value, scopeOf(flags));
    const { configChangeLines } = await import('../../ui/render/config.ts');
    return { data, lines: configChangeLines(data, style) };
  },
});

const configUnsetVerb = defineCommand({
  usage: 'unset <key>',
  summary: 'take a key out of a configuration file',
  examples: [
    ['mlo config unset core.jobs', 'back to what the user or the default says'],
    ['mlo config unset cache.dir --local', 'only in this clone'],
  ],
  options: SCOPE_OPTIONS,
  writes: true,
  async run({ context, style }: Invocation, flags: ScopeFlags, key: string): Promise<Outcome> {
    const { configUnset } = await import('../../app/config.ts');
    const data = await configUnset(context, key, scopeOf(flags));
    const { configChangeLines } = await import('../../ui/render/config.ts');
    return { data, lines: configChangeLines(data, style) };
  },
});

/** In the order of the help. */
export const CONFIG_VERBS: readonly AnyCommandSpec[] = [configListVerb, configGetVerb, configSetVerb, configUnsetVerb];
