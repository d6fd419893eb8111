import { describe, expect, it } from 'vitest';
import { setInConfigText, unsetInConfigText } from '../../../src/core/config/edit.ts';

describe('setting a key', () => {
  it('keeps comments, order and the other keys', () => {
    const before = "# the team's cache\ncache:\n  # on the big disk\n  dir: /big # shared\n\ncore:\n  jobs: 2\n";
    expect(setInConfigText(before, 'cache.link', ['hardlink', 'copy'])).toBe(
      before.replace('# shared\n', '# shared\n  link: [ hardlink, copy ]\n'),
    );
    expect(setInConfigText(before, 'core.jobs', 4)).toBe(before.replace('jobs: 2', 'jobs: 4'));
  });

  it('starts an empty file, and one of comments only', () => {
    expect(setInConfigText('', 'core.jobs', 4)).toBe('core:\n  jobs: 4\n');
    expect(setInConfigText('# hello\n', 'cache.dir', 'x')).toBe('# hello\n\ncache:\n  dir: x\n');
  });

  it('fills a section whose content is commented out, and keeps the comment', () => {
    const after = setInConfigText('cache:\n  # dir: x\ncore:\n  jobs: 1\n', 'cache.dir', 'y');
    expect(after).toContain('# dir: x');
    expect(after).toContain('dir: y');
    expect(after).toContain('jobs: 1');
  });

  it('changes a key with dots where it stands', () => {
    expect(setInConfigText('cache.dir: x # here\n', 'cache.dir', 'y')).toBe('cache.dir: y # here\n');
  });

  it('quotes what YAML would read as something else', () => {
    expect(setInConfigText('', 'cache.dir', 'yes: no')).toBe('cache:\n  dir: "yes: no"\n');
    expect(setInConfigText('', 'cache.dir', '123')).toBe('cache:\n  dir: "123"\n');
  });
});

describe('unsetting a key', () => {
  it('removes it, and a section that it leaves empty', () => {
    expect(unsetInConfigText('cache:\n  dir: x\n  link: [copy]\n', 'cache.dir')).toBe('cache:\n  link: [ copy ]\n');
    expect(unsetInConfigText('cache:\n  dir: x\ncore:\n  jobs: 2\n', 'cache.dir')).toBe('core:\n  jobs: 2\n');
  });

  it('leaves comments when the last key goes', () => {
    expect(unsetInConfigText('# hello\n\ncache:\n  dir: x\n', 'cache.dir')).toBe('# hello\n');
  });

  it('changes nothing where the key is not set', () => {
    const text = '{ "core": {"jobs": 2} }';
    expect(unsetInConfigText(text, 'cache.dir')).toBe(text);
    expect(unsetInConfigText('# x\n', 'cache.dir')).toBe('# x\n');
  });
});
