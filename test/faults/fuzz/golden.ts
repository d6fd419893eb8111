import { readFileSync } from 'node:fs';

/** Right files of every kind of text that is read, with all that their formats have. */
export const GOLDEN_TEXT = {
  'pipeline.yaml': `vars: [{m: {a: 1, l: [1, 2], b: null}}, params.yaml]
stages:
  one: &x
    cmd: echo \${m.a} "\${train.epochs}"
    wdir: sub
    deps: [a, "\${m.a}"]
    params: [k, {p.json: [a.b]}, {w.yaml: null}]
    outs:
    - o: {cache: false, persist: true}
    env: [HOME, {A: 1.0}]
  two:
    foreach: {k: {v: 1}, l: "\${m.l}"}
    do: {run: a.ts, outs: {n: "out/\${key}"}, seed: 3, timeout: 5m, retries: 2, isolate: worker, resources: {cpus: 1}}
  three:
    <<: *x
    outs: ["p\${key}"]
    matrix: {x: [1, {a: b}], y: "\${m.l}"}
    vars: [{q: 1}]
plots: [{p: {x: a, y: {f: [b]}}}]
artifacts: {m: {path: p}}
metrics: [metrics.json]
`,
  'dvc.yaml': `params: [params.yaml]
stages:
  get:
    cmd: [mkdir -p d, "cp in d/\${train.epochs}"]
    deps: [in]
    outs: [d]
  train:
    cmd: python train.py
    params: [train.epochs, other.toml:]
    outs: [{model.pt: {desc: a model, remote: x, push: false}}]
    metrics: [{m.json: {cache: false}}]
    plots: [{p.csv: {x: step, y: loss, title: t}}]
    frozen: true
    always_changed: false
`,
  'params.yaml': `# comment
seed: 1
train: &t {epochs: 60, lr: 1.0e-3, layers: [16, 3], name: "ünï", big: 12345678901234567890}
other:
  <<: *t
  text: |
    several
    lines
  none: ~
  date: 2026-11-01
`,
  'params.json': `{"seed": 1, "train": {"epochs": 60, "lr": 1e-3, "layers": [16, 3], "name": "\\u00fc", "nan": NaN}, "other": null, "big": 12345678901234567890}\n`,
  'params.toml': `# comment
seed = 1
title = "a \\"b\\""
[train]
epochs = 60
lr = 1e-3
when = 2026-11-01T10:00:00Z
layers = [16, 3]
point = { x = 1, y.z = 2 }
text = """
several
lines"""
[[layer]]
size = 3
[[layer]]
"quoted key" = 'x'
a.b.c = inf
`,
  'config.yaml': `cache: {link: hardlink}
tracking.path: .mlo/tracking.db
remote: team
remotes:
  team: {url: "s3://bucket/prefix", endpoint: "http://localhost:9000", region: eu-central-1}
  disk: {url: ../disk}
`,
  'metrics.json': `{"accuracy": 0.93, "train": {"loss": 0.1, "classes": [1, 2]}, "n": 3, "inf": Infinity, "text": "good"}\n`,
  'metrics.yaml': `accuracy: 0.93\ntrain: {loss: .nan, epochs: 3}\n`,
  'plot.csv': `step,loss,"a ""b"""\r\n0,1.5,x\r\n1,0.5,"several\nlines"\r\n2,nan,\r\n`,
  'plot.tsv': `step\tloss\n0\t1.5\n1\t0.5\n`,
  'plot.json': `{"more": {"rows": [{"step": 0, "loss": 1.5, "in": {"a": 1}}, {"step": 1, "loss": 0.5}]}, "cols": {"a": [1, 2], "b": [3, 4]}}\n`,
  'plot.yaml': `- {step: 0, loss: 1.5}\n- {step: 1, loss: 0.5, in: {a: 1}}\n`,
  'model.json': `{"format": "layers-model", "modelTopology": {"class_name": "Sequential", "config": {"layers": []}}, "weightsManifest": [{"paths": ["weights.bin"], "weights": [{"name": "w", "shape": [2, 2], "dtype": "float32"}]}]}`,
  'data.csv': `name,size,ok,when\r\na,1,true,2026-11-01\r\n"b, ""c""",2.5,false,\r\nNA,inf,true,x\r\n`,
  '.mloignore': `# comment\n*.tmp\n/build/\n!keep.tmp\n**/cache/**\n[a-c]?*.bak\ndata/*/raw\n\\#name\\ \n`,
  'package-lock.json': `{"lockfileVersion": 3, "packages": {"": {"name": "x"}, "node_modules/csv-parse": {"version": "6.1.0", "integrity": "sha512-x"}, "node_modules/a/node_modules/b": {"version": "1.0.0", "os": ["linux"]}, "node_modules/l": {"link": true}}}`,
  'package.json': `{"name": "x", "version": "1.0.0", "type": "module", "main": "a.js", "exports": {".": {"import": "./a.js"}}, "cpu": ["x64"]}`,
} as const;

const D = (digit: string): string => digit.repeat(64);

/** The same as data, for mutations that keep it JSON. */
export const GOLDEN_DATA = {
  'pipeline.lock': {
    hash: 'blake3-256',
    schema: 1,
    stages: {
      train: {
        backend: 'wasm',
        code: { 'stages/train.ts': D('c'), 'stages/lib/model.js': 'missing' },
        deps: { 'data/train.csv': { digest: D('9'), size: 3120 }, 's3://b/k': { digest: D('8'), size: 3, etag: 'e', version: 'v' } },
        env: { HOME: D('1') },
        names: { deps: { train: 'data/train.csv' }, outs: { model: 'models/iris' } },
        outs: {
          'models/iris': { digest: D('7'), files: 2, kind: 'tree', size: 5210 },
          'run.sh': { digest: D('6'), size: 1, mode: 'exec' },
        },
        packages: { 'stages/lib/ > csv-parse@6.1.0': 'sha512-x' },
        params: { 'params.yaml': { 'train.epochs': 60, 'train.lr': { $number: 'NaN' } } },
        run: 'stages/train.ts',
        stageApi: 1,
        seed: 3,
        wdir: 'sub',
      },
      shell: { cmd: ['a', 'b'], shell: 'bash', outs: { o: { digest: D('5'), size: 0 } } },
    },
  },
  'data.mlo': { digest: D('a'), files: 2, hash: 'blake3-256', kind: 'tree', schema: 1, size: 10 },
  'import.mlo': {
    digest: D('a'),
    hash: 'blake3-256',
    schema: 1,
    size: 10,
    source: { url: 's3://b/k', etag: 'e', version: 'v', size: 10, pinned: true, listing: D('b'), listingSize: 100 },
  },
  'repo.mlo': {
    digest: D('a'),
    hash: 'blake3-256',
    mode: 'exec',
    schema: 1,
    size: 10,
    source: { repo: '../x', path: 'data', rev: 'main', commit: 'cc' },
  },
} as const;

export function goldenFile(name: string): string {
  return readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8');
}

/** Of a file that shows bytes as hexadecimal digits, each line with its position or without one. */
export function goldenBytes(name: string): Buffer {
  return Buffer.from(
    goldenFile(name)
      .replaceAll(/^\d{6} /gm, '')
      .replaceAll(/\s/g, ''),
    'hex',
  );
}
