import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { webServer } from '../../helpers/web-server.ts';
import { succeeds } from '../remote/remotes.ts';

const PIPELINE = (dep: string): string => `stages:
  read:
    cmd: echo "$(cat count.txt 2>/dev/null)x" > made.txt
    deps: ["${dep}"]
    outs: [made.txt]
`;

async function projectWith(pipeline: string): Promise<TestProject> {
  return await createProjectHere({ '.mlo/config.yaml': '', 'pipeline.yaml': pipeline }, { git: true });
}

async function outcome(project: TestProject, codes: readonly number[] = [0], env = {}): Promise<string> {
  const result = await project.mlo(['repro', '--json'], { env });
  expect(codes, result.stdout + result.stderr).toContain(result.code);
  return result.json().data.stages[0].outcome as string;
}

describe('a URL that a stage depends on', () => {
  it('runs the stage again when what lies there changed, and only then', async () => {
    const server = await webServer({ '/a.csv': { bytes: Buffer.from('a\n'), etag: '"1"' } });
    const project = await projectWith(PIPELINE(`${server.url}/a.csv`));
    expect(await outcome(project)).toBe('ran');
    expect(server.requests).toEqual(['HEAD /a.csv']);
    const lock = JSON.parse(await project.read('pipeline.lock'));
    expect(lock.stages.read.deps).toEqual({
      [`${server.url}/a.csv`]: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string, etag: '"1"', size: 2 },
    });
    expect(await outcome(project)).toBe('unchanged');
    server.files.set('/a.csv', { bytes: Buffer.from('b\n'), etag: '"2"' });
    const status = await succeeds(project, ['status']);
    expect(status.stages).toMatchObject([{ state: 'run', reasons: [{ kind: 'dep', path: `${server.url}/a.csv` }] }]);
    expect(await outcome(project)).toBe('ran');
    expect(await outcome(project)).toBe('unchanged');
    expect(server.requests.filter((line) => line.startsWith('GET'))).toEqual([]);
  });

  it('counts as unchanged, with a warning, where its server cannot be asked; a stage that has to run waits for it', async () => {
    const server = await webServer({ '/a.csv': { bytes: Buffer.from('a\n'), etag: '"1"' } });
    const project = await projectWith(PIPELINE(`${server.url}/a.csv`));
    expect(await outcome(project)).toBe('ran');
    server.intercept = (request) => {
      request.socket.destroy();
      return true;
    };
    const offline = await project.mlo(['status']);
    expect(offline.code).toBe(0);
    expect(offline.stderr).toContain('it counts as unchanged');
    expect(await outcome(project)).toBe('unchanged');
    await project.write({ 'pipeline.yaml': PIPELINE(`${server.url}/a.csv`).replace('echo', 'echo now') });
    const blocked = await project.mlo(['repro']);
    expect(blocked.code).not.toBe(0);
    expect(blocked.stderr).toContain(`dep '${server.url}/a.csv' cannot be looked at, or nothing lies there`);
    server.intercept = () => false;
    server.files.delete('/a.csv');
    expect((await project.mlo(['repro'])).stderr).toContain('nothing lies there');
  });

  it('may be all objects below a prefix of a bucket, and goes to in-process stages as it is written', async () => {
    const { endpoint, env, accessKeyId, secretAccessKey, bucket } = await s3Server();
    const { name } = bucket();
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    const put = async (key: string, text: string): Promise<unknown> =>
      await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: Buffer.from(text) }));
    await put('raw/a.txt', 'a');
    await put('raw/b.txt', 'b');
    const project = await projectWith(`stages:
  read:
    run: read.mjs
    deps: { raw: "s3://${name}/raw/" }
    outs: { made: made.txt }
`);
    await project.write({
      'read.mjs':
        "import { writeFileSync } from 'node:fs';\nimport { defineStage } from 'mlo-cli';\nexport default defineStage(({ deps, outs }) => writeFileSync(outs.made, deps.raw));\n",
    });
    const all = { ...env, AWS_ENDPOINT_URL: endpoint };
    expect(await outcome(project, [0], all)).toBe('ran');
    expect(await project.read('made.txt')).toBe(`s3://${name}/raw/`);
    expect(await outcome(project, [0], all)).toBe('unchanged');
    // The same bytes once more are no change.
    await put('raw/b.txt', 'b');
    expect(await outcome(project, [0], all)).toBe('unchanged');
    await put('raw/c.txt', 'c');
    expect(await outcome(project, [0], all)).toBe('ran');
  });
});
