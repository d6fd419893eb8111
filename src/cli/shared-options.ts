import { Option } from 'commander';

export function fileOption(flags = '-f, --file <path>'): Option {
  return new Option(flags, 'pipeline file (default: pipeline.yaml or dvc.yaml here)');
}
