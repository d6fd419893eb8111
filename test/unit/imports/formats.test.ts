import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Content, Digest } from '../../../src/core/content.ts';
import { decodeListing, encodeListing } from '../../../src/core/encoding/url-listing.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { formatPointer, parsePointer, parsePointerText } from '../../../src/core/pointer.ts';
import type { PointerSource } from '../../../src/core/pointer-source.ts';
import { isDigest } from '../../../src/core/content.ts';
import { parseS3Url } from '../../../src/remote/url/s3-url.ts';
import { checkRepositoryAddress } from '../../../src/fs/source-repository.ts';
import { REPOSITORY } from '../../helpers/paths.ts';

const DIGEST = 'ab'.repeat(32) as Digest;
const CONTENT: Content = { digest: DIGEST, size: 12, kind: 'file' };

function golden(name: string): string {
  return readFileSync(join(REPOSITORY, 'test', 'golden', name), 'utf8');
}

describe('the list of what an import brought', () => {
  const files = [
    { key: 'sub/é "x".txt', etag: 'e-2', size: 3, digest: DIGEST },
    { key: 'a.txt', size: 0, digest: 'cd'.repeat(32) as Digest },
  ];

  it('is the documented bytes, whatever the order', () => {
    expect(isDigest(DIGEST)).toBe(true);
    expect(encodeListing(files)).toBe(golden('url-listing-1.txt'));
    expect(encodeListing([...files].reverse())).toBe(golden('url-listing-1.txt'));
    expect(decodeListing(golden('url-listing-1.txt'))).toEqual([files[1], files[0]]);
  });

  test.each(['', 'mlo-listing 2\n', 'mlo-listing 1', 'mlo-listing 1\n{}\n', 'mlo-listing 1\n["a",null,"3","x"]\n', 'mlo-listing 1\nx\n'])(
    '%j is damage',
    (text) => expect(() => decodeListing(text)).toThrow(MloError),
  );
});

describe('a pointer with a source', () => {
  const sources: readonly PointerSource[] = [
    { url: 's3://b/k', etag: 'e', version: 'v', size: 12, pinned: true },
    { url: 'https://h/x', modified: 'Sat, 21 Nov 2026 10:00:00 GMT' },
    { url: 's3://b/p/', listing: DIGEST, listingSize: 99 },
    { repo: '../registry', path: 'data/raw', rev: 'v1', commit: '0'.repeat(40) },
  ];

  it.each(sources)('%j comes back as it was written', (source) => {
    expect(parsePointerText('x.mlo', formatPointer(CONTENT, source))).toEqual({ content: CONTENT, source });
  });

  it('is the documented bytes, and to one who knows no sources a pointer like any other', () => {
    expect(formatPointer(CONTENT, sources[0])).toBe(golden('pointer-import-1.json'));
    expect(parsePointer('x.mlo', golden('pointer-import-1.json'))).toEqual(CONTENT);
    expect(JSON.parse(golden('pointer-import-1.json')).schema).toBe(1);
  });

  it('of a kind that is not known is data without a source', () => {
    const text = formatPointer(CONTENT).replace('"size": 12', '"size": 12,\n  "source": { "torrent": "x" }');
    expect(parsePointerText('x.mlo', text)).toEqual({ content: CONTENT });
  });
});

describe('addresses', () => {
  it('of S3 keep every character of the key', () => {
    expect(parseS3Url('s3://bucket/a//b/../c ')).toEqual({ bucket: 'bucket', key: 'a//b/../c ' });
    expect(parseS3Url('s3://bucket')).toEqual({ bucket: 'bucket', key: '' });
    for (const url of ['s3://', 's3://-x/y', 's3://b/\0']) expect(() => parseS3Url(url)).toThrow(MloError);
  });

  it('of repositories never reach Git as an option or a program', () => {
    for (const address of ['', '-u', '--upload-pack=x', 'ext::sh -c x', 'fd::3', 'a\nb', 'https://a:b@h/x'])
      expect(() => checkRepositoryAddress(address), address).toThrow(MloError);
    for (const address of ['git@host:team/x.git', 'https://host/x.git', 'ssh://git@host:22/x', '../x', '/x'])
      checkRepositoryAddress(address);
  });
});
