import { Option } from 'commander';
import type { RemoteChangeData } from '../../app/remotes/edit-remotes.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { SCOPE_OPTIONS, scopeOf, type ScopeFlags } from '../scope-options.ts';

const remoteAddVerb = defineCommand({
  usage: 'add <name> <url>',
  summary: 'set up a remote: s3://bucket/prefix, or the path of a folder',
  details:
    'The address goes into .mlo/config.yaml, which is committed. Credentials come from the standard AWS chain (environment, profiles, SSO, roles), ' +
    'or with mlo remote modify --local into a file that Git ignores.',
  examples: [
    ['mlo remote add origin s3://team-data/iris', 'a bucket at AWS'],
    ['mlo remote add origin /mnt/share/mlo', 'a folder: NFS, a mounted disk'],
    ['mlo remote add archive s3://archive/iris --default', 'and use it where no --remote is given'],
  ],
  options: [
    ...SCOPE_OPTIONS,
    new Option('-d, --default', 'make it the default remote'),
    new Option('--replace', 'instead of the remote of that name'),
  ],
  writes: true,
  async run(
    { context }: Invocation,
    flags: ScopeFlags & { readonly default?: boolean; readonly replace?: boolean },
    name: string,
    url: string,
  ): Promise<Outcome> {
    const { remoteAdd } = await import('../../app/remotes/edit-remotes.ts');
    const data = await remoteAdd(context, {
      name,
      url,
      scope: scopeOf(flags),
      chosen: flags.default === true,
      replace: flags.replace === true,
    });
    const share = data.scope === 'project' ? '; clones know it once .mlo/config.yaml is committed' : '';
    return { ...(await changed(data)), hint: `mlo remote check ${name}${share}` };
  },
});

const remoteListVerb = defineCommand({
  usage: 'list',
  summary: 'all remotes and their addresses',
  examples: [
    ['mlo remote list', 'names, addresses, and which is the default'],
    ['mlo remote list --json', 'the same for programs'],
  ],
  json: [['remotes[].name, .url?, .default', 'default: taken where no --remote is given']],
  async run({ context, style }: Invocation): Promise<Outcome> {
    const { remoteList } = await import('../../app/remotes/list-remotes.ts');
    const data = await remoteList(context);
    const { remoteListLines } = await import('../../ui/render/remote.ts');
    return { data, lines: remoteListLines(data, style) };
  },
});

const remoteShowVerb = defineCommand({
  usage: 'show [name]',
  summary: 'the settings of a remote and the files they come from (secrets as ***)',
  examples: [
    ['mlo remote show', 'of the default remote'],
    ['mlo remote show archive', 'of another one'],
  ],
  async run({ context, style }: Invocation, _flags: object, name: string | undefined): Promise<Outcome> {
    const { remoteShow } = await import('../../app/remotes/list-remotes.ts');
    const data = await remoteShow(context, name);
    const { remoteShowLines } = await import('../../ui/render/remote.ts');
    return { data, lines: remoteShowLines(data, style) };
  },
});

const remoteModifyVerb = defineCommand({
  usage: 'modify <name> <setting> [value]',
  summary: 'change a setting of a remote',
  details:
    'The settings, and what they mean: mlo help remotes. access_key_id, secret_access_key and session_token are taken with --local or --user only.',
  examples: [
    ['mlo remote modify origin endpoint https://minio.example:9000', 'a server that is not that of AWS'],
    ['mlo remote modify --local origin access_key_id AKIAEXAMPLE', 'a key for this remote alone, not committed'],
    ['mlo remote modify origin region --unset', 'take a setting away'],
  ],
  options: [...SCOPE_OPTIONS, new Option('--unset', 'take the setting away')],
  writes: true,
  async run(
    { context }: Invocation,
    flags: ScopeFlags & { readonly unset?: boolean },
    name: string,
    key: string,
    value: string | undefined,
  ): Promise<Outcome> {
    if ((value === undefined) !== (flags.unset === true))
      throw new MloError('MLO_USAGE', 'Give either a value or --unset', { hint: 'mlo remote modify --help' });
    const { remoteModify } = await import('../../app/remotes/edit-remotes.ts');
    return await changed(await remoteModify(context, { name, key, value, scope: scopeOf(flags) }));
  },
});

const remoteDefaultVerb = defineCommand({
  usage: 'default [name]',
  summary: 'choose the remote that is taken where none is named, or say which it is',
  examples: [
    ['mlo remote default', 'which it is'],
    ['mlo remote default archive', 'choose another one'],
  ],
  options: SCOPE_OPTIONS,
  writes: true,
  async run({ context }: Invocation, flags: ScopeFlags, name: string | undefined): Promise<Outcome> {
    if (name === undefined) {
      const { remoteList } = await import('../../app/remotes/list-remotes.ts');
      const chosen = (await remoteList(context)).remotes.find((each) => each.default)?.name;
      return { data: { name: chosen ?? null }, lines: [chosen ?? 'No remote is the default.'] };
    }
    const { remoteChoose } = await import('../../app/remotes/edit-remotes.ts');
    return await changed(await remoteChoose(context, name, scopeOf(flags)));
  },
});

const remoteRemoveVerb = defineCommand({
  usage: 'remove <name>',
  summary: 'forget a remote; what was pushed to it stays there',
  examples: [
    ['mlo remote remove archive', 'from the committed and the local configuration'],
    ['mlo remote remove archive --json', 'the same for programs'],
  ],
  writes: true,
  async run({ context }: Invocation, _flags: object, name: string): Promise<Outcome> {
    const { remoteRemove } = await import('../../app/remotes/edit-remotes.ts');
    return await changed(await remoteRemove(context, name));
  },
});

const remoteRenameVerb = defineCommand({
  usage: 'rename <old> <new>',
  summary: 'give a remote another name',
  examples: [
    ['mlo remote rename origin archive', 'everywhere in the configuration of this project'],
    ['mlo remote rename s3 origin', 'back to the usual name'],
  ],
  writes: true,
  async run({ context }: Invocation, _flags: object, from: string, name: string): Promise<Outcome> {
    const { remoteRename } = await import('../../app/remotes/edit-remotes.ts');
    return await changed(await remoteRename(context, from, name));
  },
});

const remoteCheckVerb = defineCommand({
  usage: 'check [name]',
  summary: 'try on a remote what push and pull do: read, list, write, conditional write, ranged read, delete, speed',
  examples: [
    ['mlo remote check', 'the default remote'],
    ['mlo remote check archive', 'another one'],
  ],
  json: [
    ['ok', 'true where push and pull will work'],
    ['works.pull, .push, .gc', 'what these credentials let one do'],
    ['checks[].name, .ok, .found, .skipped?', 'what was tried; skipped: could not be tried'],
  ],
  tidies: true,
  async run({ context, style }: Invocation, _flags: object, name: string | undefined): Promise<Outcome> {
    const { remoteCheck } = await import('../../app/remotes/check-remote.ts');
    const data = await remoteCheck(context, name);
    const { remoteCheckLines, worksText } = await import('../../ui/render/remote.ts');
    const lines = remoteCheckLines(data, style);
    if (data.ok) return { data, lines };
    const message = `The remote '${data.remote}' cannot do all that push and pull need: ${worksText(data.works)}`;
    return { data, lines, exitCode: EXIT.remote, failure: { code: 'MLO_REMOTE', message } };
  },
});

async function changed(data: RemoteChangeData): Promise<Outcome> {
  const { remoteChangeLines } = await import('../../ui/render/remote.ts');
  return { data, lines: remoteChangeLines(data) };
}

/** In the order of the help. */
export const REMOTE_VERBS: readonly AnyCommandSpec[] = [
  remoteAddVerb,
  remoteListVerb,
  remoteShowVerb,
  remoteModifyVerb,
  remoteDefaultVerb,
  remoteRemoveVerb,
  remoteRenameVerb,
  remoteCheckVerb,
];
