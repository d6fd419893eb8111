import type { PeerValue } from './ask-mlflow.ts';

const metric = (key: string): PeerValue => ({ kind: 'metric', key, value: '1' });
const long = (kind: PeerValue['kind'], key: string, ...values: readonly string[]): readonly PeerValue[] =>
  values.map((value) => ({ kind, key, value }));

/** Both take them or both refuse them; each limit stands with one more. */
export const SAME_VALUES: readonly PeerValue[] = [
  ...(['metric', 'param', 'tag'] as const).flatMap((kind) => [250, 251].map((length) => ({ kind, key: 'k'.repeat(length), value: '1' }))),
  ...long('param', 'p', '', 'v'.repeat(6_000), 'v'.repeat(6_001), '🚀'.repeat(6_000), '🚀'.repeat(6_001)),
  ...long('tag', 't', '', 'v'.repeat(8_000), 'v'.repeat(8_001), 'ü'.repeat(8_000), '🚀'.repeat(8_001)),
  ...long('experiment', '', 'e'.repeat(500), 'e'.repeat(501)),
  ...['a b', 'a/b', 'a.b-c_d', 'a:b', 'ünï', '', 'a\nb', 'a\u0000b', '..', '.a', '..a', 'a/..b', './a', 'a/./b'].map(metric),
  ...['/a', '../a', 'a//b', 'a/../b', 'a/', '.'].map(metric),
  ...(['param', 'tag'] as const).flatMap((kind) => ['../a', '/a', 'a/b'].map((key) => ({ kind, key, value: '1' }))),
  { kind: 'metric', key: 'm', value: 'NaN' },
];

/** Names that MLflow refuses for their characters. */
export const NAMES_OF_OURS: readonly PeerValue[] = ['a=b', '🚀'].map(metric);

/** Both refuse the second. */
export const CHANGED_PARAMS = [
  ['0.1', '0.2'],
  ['a', 'A'],
  ['', 'x'],
  ['true', 'True'],
  ['1', '1x'],
  ['10', '100'],
] as const;

/** MLflow refuses the second; here it is the same number. */
export const SPELLED_ANOTHER_WAY = [
  ['1e-05', '0.00001'],
  ['1', '1.0'],
  ['-0.50', '-5e-1'],
] as const;

export const SAME_PARAMS = [
  ['0.1', '0.1'],
  ['', ''],
  ['🚀', '🚀'],
] as const;
