import { describe, expect, it } from 'vitest';
import {
  CONFIG,
  CONFIG_KEYS,
  configKey,
  configText,
  environmentName,
  parseConfigText,
  retentionMs,
} from '../../../src/core/config/keys.ts';
import { configValues, environmentLayer, resolveConfig, type ConfigLayer } from '../../../src/core/config/layers.ts';
import { parseConfigFile } from '../../../src/core/config/parse.ts';
import { saysNothing } from '../../../src/core/config/says-nothing.ts';

describe('precedence', () => {
  const layers: readonly ConfigLayer[] = [
    { origin: 'user', file: 'u', values: { 'core.jobs': 1, 'cache.dir': 'user', 'cache.link': ['symlink'], 'runtime.isolate': 'process' } },
    { origin: 'project', file: 'p', values: { 'core.jobs': 2, 'cache.dir': 'project', 'cache.link': ['copy'] } },
    { origin: 'local', file: 'l', values: { 'core.jobs': 3, 'cache.dir': 'local' } },
    { origin: 'env', values: { 'core.jobs': 4 } },
  ];

  it('is flag, environment, local, project, user, default', () => {
    expect(resolveConfig(layers).map(({ key, value, origin, where }) => ({ key, value, origin, where }))).toEqual([
      { key: 'cache.dir', value: 'local', origin: 'local', where: 'l' },
      { key: 'cache.link', value: ['copy'], origin: 'project', where: 'p' },
      { key: 'runtime.isolate', value: 'process', origin: 'user', where: 'u' },
      { key: 'runtime.backend', value: 'auto', origin: 'default' },
      { key: 'core.jobs', value: 4, origin: 'env', where: 'MLO_CORE_JOBS' },
      { key: 'gc.grace', value: '1h', origin: 'default' },
      { key: 'gc.run_cache', value: '30d', origin: 'default' },
      { key: 'gc.logs', value: '90d', origin: 'default' },
      { key: 'metrics.higher', value: [], origin: 'default' },
      { key: 'metrics.lower', value: [], origin: 'default' },
      { key: 'tracking.experiment', value: 'Default', origin: 'default' },
      { key: 'tracking.path', value: '.mlo/tracking.db', origin: 'default' },
      { key: 'tracking.space', value: 'default', origin: 'default' },
      { key: 'tracking.system_metrics', value: '10s', origin: 'default' },
    ]);
    const withFlag = resolveConfig([...layers, { origin: 'flag', values: { 'core.jobs': 9 } }]);
    expect(withFlag.find(({ key }) => key === 'core.jobs')).toMatchObject({ value: 9, origin: 'flag' });
  });

  it('falls back to defaults that the keys allow themselves', () => {
    expect(configValues(resolveConfig([]))).toEqual({
      'cache.dir': '.mlo/cache',
      'cache.link': ['reflink', 'copy'],
      'runtime.isolate': 'auto',
      'runtime.backend': 'auto',
      'core.jobs': 1,
      'gc.grace': '1h',
      'gc.run_cache': '30d',
      'gc.logs': '90d',
      'metrics.higher': [],
      'metrics.lower': [],
      'tracking.experiment': 'Default',
      'tracking.path': '.mlo/tracking.db',
      'tracking.space': 'default',
      'tracking.system_metrics': '10s',
    });
    for (const key of CONFIG_KEYS) expect(parseConfigText(key, configText(CONFIG[key].fallback))).toEqual(CONFIG[key].fallback);
  });
});

describe('the environment', () => {
  it('has one variable for each key', () => {
    expect(CONFIG_KEYS.map(environmentName)).toEqual([
      'MLO_CACHE_DIR',
      'MLO_CACHE_LINK',
      'MLO_RUNTIME_ISOLATE',
      'MLO_RUNTIME_BACKEND',
      'MLO_CORE_JOBS',
      'MLO_GC_GRACE',
      'MLO_GC_RUN_CACHE',
      'MLO_GC_LOGS',
      'MLO_METRICS_HIGHER',
      'MLO_METRICS_LOWER',
      'MLO_EXPERIMENT',
      'MLO_TRACKING_PATH',
      'MLO_TRACKING_SPACE',
      'MLO_TRACKING_SYSTEM_METRICS',
    ]);
    const { layer, problems } = environmentLayer({
      MLO_CACHE_LINK: 'hardlink, copy',
      MLO_CORE_JOBS: '8',
      MLO_CACHE_DIR: '',
      MLO_RUN_ID: 'x',
    });
    expect({ values: layer.values, problems }).toEqual({ values: { 'cache.link': ['hardlink', 'copy'], 'core.jobs': 8 }, problems: [] });
  });

  it('reports every value that is not allowed, by its variable', () => {
    const { problems } = environmentLayer({ MLO_CORE_JOBS: 'many', MLO_CACHE_LINK: 'hardlink,teleport' });
    expect(problems.map(({ message }) => message)).toEqual([
      "MLO_CACHE_LINK: expected one or more of reflink, copy, hardlink, symlink, found 'hardlink,teleport'",
      "MLO_CORE_JOBS: expected a whole number from 1 to 1024, found 'many'",
    ]);
  });
});

describe('values', () => {
  it.each([
    ['0', 0],
    ['0d', 0],
    ['90', 90_000],
    ['12h', 43_200_000],
    ['1.5d', 129_600_000],
    ['500ms', 500],
    ['', undefined],
    ['-1h', undefined],
    ['soon', undefined],
    ['1w', undefined],
  ])('takes gc.grace = %j for %j milliseconds', (text, ms) => {
    expect(retentionMs(text)).toBe(ms);
    expect(parseConfigText('gc.grace', text)).toBe(ms === undefined ? undefined : text);
  });

  it.each(['0', '-1', '1.5', '1e3', '0x10', '', 'two', '1025'])('refuses core.jobs = %j', (text) => {
    expect(parseConfigText('core.jobs', text)).toBeUndefined();
  });

  it('takes a folder name that looks like a number', () => {
    expect(parseConfigText('cache.dir', '2024')).toBe('2024');
  });

  it('suggests the key that was meant', () => {
    expect(() => configKey('cache.lnk')).toThrow(expect.objectContaining({ code: 'MLO_CONFIG', hint: 'Did you mean cache.link?' }));
    expect(() => configKey('nothing.like.it')).toThrow(expect.objectContaining({ hint: expect.stringContaining('core.jobs') }));
  });
});

describe('a configuration file', () => {
  it('has nested keys or keys with dots', () => {
    const { values, problems } = parseConfigFile('c.yaml', 'cache:\n  dir: ~/cache\n  link: [hardlink, copy]\ncore.jobs: 4\nruntime:\n');
    expect({ values, problems }).toEqual({
      values: { 'cache.dir': '~/cache', 'cache.link': ['hardlink', 'copy'], 'core.jobs': 4 },
      problems: [],
    });
  });

  it('reports everything that is wrong at once, each with its place', () => {
    const { problems } = parseConfigFile('c.yaml', 'cache:\n  dri: x\n  link: teleport\ncore:\n  jobs: "4"\nfoo: 1\n');
    expect(problems.map(({ file, line, column, message, hint }) => ({ at: `${file}:${line}:${column}`, message, hint }))).toEqual([
      { at: 'c.yaml:2:3', message: "unknown configuration key 'cache.dri'", hint: 'Did you mean cache.dir?' },
      {
        at: 'c.yaml:3:9',
        message: "cache.link: expected one or more of reflink, copy, hardlink, symlink, found 'teleport'",
        hint: undefined,
      },
      { at: 'c.yaml:5:9', message: "core.jobs: expected a whole number from 1 to 1024, found '4'", hint: undefined },
      { at: 'c.yaml:6:1', message: "unknown configuration key 'foo'", hint: expect.stringContaining('Known keys') },
    ]);
  });

  it.each(['- a\n', 'text\n', 'a: [\n'])('refuses %j', (text) => {
    expect(parseConfigFile('c.yaml', text).problems).toHaveLength(1);
  });

  it.each(['', '\n\n', '# only\n# comments', '---\n# x\n', '  \t# x\r\n'])('that says nothing is known without a parser: %j', (text) => {
    expect(saysNothing(text)).toBe(true);
    expect(parseConfigFile('c.yaml', text)).toMatchObject({ values: {}, problems: [] });
  });

  it.each(['a: 1', '# x\ncore:\n', '{}', '--- {a: 1}', 'x # y'])('that says something is not taken for empty: %j', (text) => {
    expect(saysNothing(text)).toBe(false);
  });
});
