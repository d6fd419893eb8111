import type { Template } from './template.ts';

const PIPELINE = `# Three small stages of shell commands: \`mlo repro\` runs them, \`mlo dag\` draws them.
stages:
  numbers:
    desc: Make the data
    cmd: mkdir -p example && seq 1 \${numbers.count} > example/numbers.txt
    params:
      - numbers.count
    outs:
      - example/numbers.txt

  powers:
    desc: Raise every number to a power
    cmd: awk -v power=\${powers.exponent} '{ print $1 ^ power }' example/numbers.txt > example/powers.txt
    deps:
      - example/numbers.txt
    params:
      - powers.exponent
    outs:
      - example/powers.txt

  summary:
    desc: Write the metrics
    cmd: |
      awk '{ sum += $1 } END { printf "{\\"count\\": %d, \\"mean\\": %.2f}\\n", NR, sum / NR }' example/powers.txt > metrics.json
    deps:
      - example/powers.txt
    metrics:
      - metrics.json:
          cache: false
`;

const PARAMS = `# Change a number and run \`mlo repro\` again: only the stages that read it run.
numbers:
  count: 10

powers:
  exponent: 2
`;

export const defaultTemplate: Template = {
  files: async () =>
    new Map([
      ['pipeline.yaml', PIPELINE],
      ['params.yaml', PARAMS],
    ]),
  next: ['mlo repro', 'mlo repro --set powers.exponent=3', 'mlo runs list'],
};
