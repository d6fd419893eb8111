import { Option } from 'commander';

export function fileOption(flags = '-f, --file <path>'): Option {
  return new Option(flags, 'pipeline file (default: pipeline.yaml or dvc.yaml here)');
}

/** `{ file }` or nothing: options that were not given are absent, never undefined. */
export function fileOf(flags: { readonly file?: string }): { readonly file?: string } {
  return flags.file === undefined ? {} : { file: flags.file };
}
