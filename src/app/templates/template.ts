/** Project path → content, in the order in which they are listed to the user. */
export type TemplateFiles = ReadonlyMap<string, string | Uint8Array>;

export interface Template {
  readonly files: () => Promise<TemplateFiles>;
  /** Commands that a new user types next. */
  readonly next: readonly string[];
}

/**
 * Editors with a YAML language server check and complete pipeline files by this schema. A project that has
 * mlo-cli among its packages uses the schema of exactly that version, others the published one.
 */
export function schemaLine(hasOwnPackage: boolean): string {
  const base = hasOwnPackage ? 'node_modules/mlo-cli' : 'https://unpkg.com/mlo-cli';
  return `# yaml-language-server: $schema=${base}/schema/pipeline.schema.json\n`;
}
