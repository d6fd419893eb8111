import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pipelineJsonSchema, pipelineJsonSchemaText } from '../../../src/core/pipeline/json-schema.ts';

test('schema/pipeline.schema.json is what the schema says now', () => {
  expect(readFileSync(new URL('../../../schema/pipeline.schema.json', import.meta.url), 'utf8')).toBe(pipelineJsonSchemaText());
});

test('it is draft-07, closed, and knows what both languages know', () => {
  const schema = pipelineJsonSchema() as { $schema: string; additionalProperties: boolean; properties: object };
  expect(schema.$schema).toContain('draft-07');
  expect(schema.additionalProperties).toBe(false);
  expect(Object.keys(schema.properties)).toEqual(['stages', 'vars', 'params', 'metrics', 'plots', 'artifacts', 'datasets']);
  const text = JSON.stringify(schema);
  for (const key of ['foreach', 'do', 'matrix', 'cmd', 'run', 'wdir', 'always_changed', 'backend', 'seed', 'isolate', 'timeout', 'cpus'])
    expect(text).toContain(`"${key}"`);
  expect(text).toContain('"oneOf":[{"required":["cmd"]},{"required":["run"]}]');
});
