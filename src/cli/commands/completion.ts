import { Argument, type Command } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

/** `program` has all commands where the line is one of these (see `buildProgram`). */
export function completionVerb(program: Command): AnyCommandSpec {
  return defineCommand({
    usage: 'completion',
    arguments: [new Argument('<shell>', 'bash, zsh, fish or powershell').choices(SHELLS)],
    summary: 'print a script that completes command lines of mlo in a shell',
    details:
      'Commands, options and fixed values are in the script; stages, params, runs, remotes, experiments and revisions are looked up in the project when they are asked for, ' +
      'without a network. After an update of mlo, a script that was kept in a file knows its new commands only when it is made again.',
    examples: [
      ['mlo completion bash', 'for this shell: eval "$(mlo completion bash)"; the same line in ~/.bashrc for all'],
      ['mlo completion zsh', 'the same in ~/.zshrc, after compinit'],
      ['mlo completion fish', 'mlo completion fish > ~/.config/fish/completions/mlo.fish'],
      ['mlo completion powershell', 'mlo completion powershell | Out-String | Invoke-Expression, in $PROFILE'],
    ],
    json: [['shell, script', 'which shell it is for, and the script']],
    async run(_invocation: Invocation, _flags: object, shell: Shell): Promise<Outcome> {
      const { completionTables } = await import('../completion/tables.ts');
      const script = (await scriptOf(shell))(completionTables(program));
      return { data: { shell, script }, lines: script.trimEnd().split('\n') };
    },
  });
}

async function scriptOf(shell: Shell) {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashScript;
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshScript;
    case 'fish':
      return (await import('../completion/fish.ts')).fishScript;
    case 'powershell':
      return (await import('../completion/powershell.ts')).powershellScript;
  }
}

/** The scripts start it. It never fails and says nothing but values. */
export const completeVerb = defineCommand({
  usage: '__complete [kind] [prefix]',
  summary: 'print the values that begin with a text (see mlo completion)',
  examples: [
    ['mlo __complete stages', 'a line a stage: its name, a tab, what it runs'],
    ['mlo __complete params -- train.', 'keys of params.yaml that begin so'],
  ],
  hidden: true,
  async run({ context }: Invocation, _flags: object, kind: string | undefined, prefix: string | undefined): Promise<Outcome> {
    const { completions } = await import('../../app/complete.ts');
    const data = await completions(context, kind ?? '', prefix ?? '');
    return { data, lines: data.map(({ value, about }) => (about === '' ? value : `${value}\t${about}`)) };
  },
});
