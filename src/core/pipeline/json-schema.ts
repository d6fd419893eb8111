import * as z from 'zod';
import { doSchema, pipelineSchema, stageSchema } from './schema.ts';

/** JSON Schema (draft-07) of pipeline.yaml, for editors; shipped as `schema/pipeline.schema.json`. */
export function pipelineJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(pipelineSchema, { target: 'draft-7', unrepresentable: 'any', io: 'input', override: addActionRule });
  return { ...schema, $id: 'pipeline.schema.json', title: 'mlo pipeline (superset of dvc.yaml)' };
}

/** The text of the file: two spaces, final newline. */
export function pipelineJsonSchemaText(): string {
  return `${JSON.stringify(pipelineJsonSchema(), undefined, 2)}\n`;
}

/** Exactly one of `cmd` and `run`, which the object schema alone cannot say. */
function addActionRule(context: { zodSchema: unknown; jsonSchema: { oneOf?: unknown } }): void {
  if (context.zodSchema !== stageSchema && context.zodSchema !== doSchema) return;
  context.jsonSchema.oneOf = [{ required: ['cmd'] }, { required: ['run'] }];
}
