import type { Template } from './template.ts';

const PIPELINE = `# Stages: what runs (cmd or run), what it reads (deps, params) and what it writes (outs, metrics, plots).
# For example:
#
#   train:
#     run: stages/train.ts
#     deps: [data/train.csv]
#     params: [train.epochs]
#     outs: [models/model]
#     metrics: [reports/metrics.json]
stages: {}
`;

const PARAMS = `# The numbers of the pipeline. A stage names under \`params\` those that it reads, and runs again when one of them changes.
`;

export const emptyTemplate: Template = {
  files: async () =>
    new Map([
      ['pipeline.yaml', PIPELINE],
      ['params.yaml', PARAMS],
    ]),
  next: ['mlo add <path of your data>', 'mlo repro', 'mlo status --why'],
};
