import { Option } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { SCOPE_OPTIONS, scopeOf, type ScopeFlags } from '../scope-options.ts';
import { given } from '../../core/given.ts';

const statusVerb = defineCommand({
  usage: 'status',
  summary: 'which TensorFlow backends are there, or why not, and which one stages get',
  examples: [
    ['mlo backend status', 'native, wasm and cpu with their versions'],
    ['mlo backend status --json', 'the same for scripts'],
  ],
  json: [
    ['default, origin', 'the configured backend and where that is said'],
    ['takes', 'what a stage that pins no backend runs on here'],
    ['backends[].name, .available, .versions, .note?', 'note: why it is not available'],
    ['backends[].addon?, .ours?, .compiler?, .source?', 'of native'],
    ['cache.folder, .bytes', 'what mlo keeps of native builds'],
  ],
  async run({ context, style }: Invocation): Promise<Outcome> {
    const { backendStatus } = await import('../../app/backend/status.ts');
    const data = await backendStatus(context);
    const { backendStatusLines } = await import('../../ui/render/backend.ts');
    const native = data.backends.find(({ name }) => name === 'native');
    const hint = native?.available === true ? {} : { hint: 'mlo backend install' };
    return { data, lines: backendStatusLines(data, style), ...hint };
  },
});

interface InstallFlags {
  readonly fromPython?: string | true;
  readonly lib?: string;
  readonly force?: boolean;
}

const installVerb = defineCommand({
  usage: 'install',
  summary: 'build the native TensorFlow backend into your cache, and train one step with it',
  details:
    'TensorFlow comes from a Python that has it, from a folder (--lib), or as the wheel tensorflow-cpu by pip (274 MB to download, 0.9 GB to keep). Needs Linux ' +
    'on x64 with glibc, and g++. The build lies in ~/.cache/mlo/native, so it outlives node_modules, and all projects share it. Without it nothing fails: ' +
    'stages run on wasm. An interrupted installation goes on where it was.',
  examples: [
    ['mlo backend install', 'from a Python TensorFlow, else by pip'],
    ['mlo backend install --from-python .venv/bin/python', 'links to the libraries of that environment; nothing is downloaded'],
    ['mlo backend install --lib /opt/tensorflow', 'a folder with include/ and libtensorflow_cc.so.2'],
    ['mlo backend install --force', 'build again what is there'],
  ],
  options: [
    new Option('--from-python [python]', 'take the TensorFlow of this Python (default: python3)').preset(true).conflicts('lib'),
    new Option('--lib <folder>', "take TensorFlow's libraries and headers from a folder"),
    new Option('--force', 'build again even if what is there works'),
  ],
  json: [
    ['installed', 'false: it was there and works'],
    ['folder', 'the build'],
    ['tensorflow, source, compiler', 'what it was made of'],
  ],
  shows: 'tasks',
  writes: true,
  async run({ context, style }: Invocation, { fromPython, lib, force }: InstallFlags): Promise<Outcome> {
    const { backendInstall } = await import('../../app/backend/install.ts');
    const data = await backendInstall(context, {
      force: force === true,
      ...given({ fromPython, lib }),
    });
    const { backendInstallLines } = await import('../../ui/render/backend.ts');
    return { data, lines: backendInstallLines(data, style) };
  },
});

const useVerb = defineCommand({
  usage: 'use <backend>',
  summary: 'set the backend of stages that pin none: auto, native, wasm or cpu',
  details:
    'The same as mlo config set runtime.backend. A backend that is not there is passed over with a warning, unless the stage itself pins it.',
  examples: [
    ['mlo backend use wasm --local', 'in this clone, even if native is installed'],
    ['mlo backend use auto', 'native where it is installed, else wasm'],
  ],
  options: SCOPE_OPTIONS,
  writes: true,
  async run({ context, style }: Invocation, flags: ScopeFlags, name: string): Promise<Outcome> {
    const { backendUse } = await import('../../app/backend/use.ts');
    const data = await backendUse(context, name, scopeOf(flags));
    const { backendUseLines } = await import('../../ui/render/backend.ts');
    const hint = data.note === undefined || data.default !== 'native' ? {} : { hint: 'mlo backend install' };
    return { data, lines: backendUseLines(data, style), ...hint };
  },
});

/** In the order of the help. */
export const BACKEND_VERBS: readonly AnyCommandSpec[] = [statusVerb, installVerb, useVerb];
