import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, here } from '../../helpers/index.ts';
import { faultProxy } from '../../helpers/fault-proxy.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { keysOf, projectWithData, succeeds, testRemote } from './remotes.ts';

const CANARIES = {
  access_key_id: 'CANARYACCESSKEY00001',
  secret_access_key: 'canary+secret/key+of+nobody+0000000000002',
  session_token: 'canary-session-token-0000000000003',
};
const KEY = Buffer.from('canary customer key of 32 bytes!');
const PROXY_PASSWORD = 'canarypassword4';

const VERBS: readonly (readonly string[])[] = [
  ['push'],
  ['push', '--dry-run'],
  ['pull'],
  ['fetch'],
  ['status', '--remote'],
  ['gc', '--remote'],
  ['gc', '--remote', '--force'],
  ['verify', '--remote'],
  ['verify', '--remote', '--repair'],
  ['verify', '--repair'],
  ['remote', 'list'],
  ['remote', 'show'],
  ['remote', 'check'],
  ['remote', 'default'],
  ['remote', 'rename', 'origin', 'other'],
  ['remote', 'rename', 'other', 'origin'],
  ['config', 'list'],
  ['doctor'],
  ['repro'],
  ['runs', 'list'],
];

describe('secrets', () => {
  it.each([
    ['that the server does not know', undefined],
    ['beside a server that fails and tells what it got', 'InternalError'],
  ])(
    '%s are in no output, no log, no run, no file but the one that Git ignores',
    async (_what, code) => {
      const proxy = await faultProxy((await s3Server()).endpoint);
      // Servers repeat in errors what they were sent.
      proxy.decide = (_number, _method, _path, headers) =>
        code === undefined
          ? undefined
          : { kind: 'status', status: 400, code: `${code} ${CANARIES.access_key_id} ${String(headers['x-amz-security-token'])}` };
      const behind = await testRemote('bucket');
      const project = await projectWithData(
        {
          'data/a.txt': 'a\n',
          'pipeline.yaml': 'stages:\n  one:\n    cmd: cp data/a.txt out.txt\n    deps: [data/a.txt]\n    outs: [out.txt]\n',
        },
        ['data/a.txt'],
        { ...behind, settings: [['endpoint', proxy.endpoint]] },
      );
      for (const [key, value] of Object.entries(CANARIES)) await succeeds(project, ['remote', 'modify', '--local', 'origin', key, value]);
      await project.write({ '../home/key': KEY });
      await succeeds(project, ['remote', 'modify', '--local', 'origin', 'sse_customer_key_file', '~/key']);
      const env = { HTTPS_PROXY: `http://anna:${PROXY_PASSWORD}@127.0.0.1:1`, MLO_SSE_CUSTOMER_KEY: KEY.toString('base64') };
      const printed: string[] = [];
      const inProcess = here(project);
      for (const verb of VERBS)
        for (const how of ['-v', '--json']) {
          const { stdout, stderr } = await inProcess.mlo([...verb, how], { env });
          printed.push(stdout, stderr);
        }
      // Streams and the end of a real process too.
      for (const verb of [['push', '-v'], ['repro', '--json=stream'], ['doctor']]) {
        const { stdout, stderr } = await project.mlo(verb, { env });
        printed.push(stdout, stderr);
      }
      expect(printed.filter((text) => text !== '').length).toBeGreaterThanOrEqual(2 * VERBS.length);
      await project.git('add', '--all');
      await project.git('commit', '--quiet', '--allow-empty', '--message=all');
      const secrets = [...Object.values(CANARIES), KEY.toString(), KEY.toString('base64'), PROXY_PASSWORD];
      const tracked = await project.git('grep', '--cached', '-l', '-e', 'endpoint', '--', '.mlo/config.yaml');
      expect(tracked).toContain('config.yaml');
      const files = keysOf(project.root).filter((path) => path !== '.mlo/config.local.yaml');
      expect(files.some((path) => path.endsWith('tracking.db'))).toBe(true);
      for (const secret of secrets) {
        expect(printed.filter((text) => text.includes(secret))).toEqual([]);
        expect(files.filter((path) => readFileSync(join(project.root, path)).includes(secret))).toEqual([]);
        expect(keysOf(behind.folder).filter((path) => readFileSync(join(behind.folder, path)).includes(secret))).toEqual([]);
      }
    },
    120_000,
  );

  it('of a profile are in no message about an import from a bucket, though its server repeats them', async () => {
    const proxy = await faultProxy((await s3Server()).endpoint);
    proxy.decide = (_number, _method, _path, headers) => {
      const told = `${CANARIES.access_key_id} ${String(headers['x-amz-security-token'])}`;
      return { kind: 'status', status: 400, code: `Odd ${told}` };
    };
    const project = await createProject({ '.mlo/config.yaml': '' }, { git: true });
    const keys = Object.entries(CANARIES).map(([key, value]) => `aws_${key} = ${value}\n`);
    await project.write({ profiles: `[default]\n${keys.join('')}` });
    const env = { AWS_ENDPOINT_URL: proxy.endpoint, AWS_SHARED_CREDENTIALS_FILE: project.path('profiles') };
    for (const verb of [['import-url'], ['get']]) {
      const { code, stdout, stderr } = await project.mlo([...verb, 's3://bucket/folder/', '--json', '-v'], { env });
      expect(code).not.toBe(0);
      // It was repeated, and masked.
      expect(stdout + stderr).toContain('Odd ***');
      for (const secret of Object.values(CANARIES)) expect(stdout + stderr).not.toContain(secret);
    }
  });
});
