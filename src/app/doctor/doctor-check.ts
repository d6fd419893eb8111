export interface DoctorCheck {
  readonly name: string;
  /** `warn`: mlo works, with less speed or fewer features. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to type or do. */
  readonly fix?: string;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}
