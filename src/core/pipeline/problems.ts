import { MloError, type Problem } from '../errors/mlo-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { SourceText } from '../source/source-text.ts';

type PipelineErrorCode = Extract<ErrorCode, 'MLO_PIPELINE_SYNTAX' | 'MLO_PIPELINE_INVALID' | 'MLO_TEMPLATE' | 'MLO_PARAMS'>;

/** The first of these that occurred names the whole error. */
const BY_WEIGHT: readonly PipelineErrorCode[] = ['MLO_PIPELINE_SYNTAX', 'MLO_PIPELINE_INVALID', 'MLO_PARAMS', 'MLO_TEMPLATE'];

/** Where a finding stands: an offset of a source. */
export interface Place {
  readonly from: SourceText;
  readonly start: number;
}

/**
 * Collects all that is wrong, so that it is told at once. One finding per place and text: the stages
 * that foreach or matrix make of one definition do not repeat it.
 */
export class Problems {
  readonly warnings: Problem[] = [];
  /** Set while something is looked at that is known to be wrong: only places not yet named add anything. */
  onlyNewPlaces = false;
  private readonly problems: Problem[] = [];
  private readonly codes = new Set<PipelineErrorCode>();
  private readonly told = new Set<string>();
  private readonly places = new Set<string>();

  get count(): number {
    return this.problems.length;
  }

  /** `sameAs`: what makes two findings one at the same place; the message where it is absent. */
  add(code: PipelineErrorCode, place: Place, message: string, hint?: string, sameAs = message): void {
    this.addAll(code, [place.from.problem(place.start, message, hint)], sameAs);
  }

  addAll(code: PipelineErrorCode, problems: readonly Problem[], sameAs?: string): void {
    for (const problem of problems) {
      const place = `${problem.file}:${problem.line}:${problem.column}`;
      const key = `${place}:${sameAs ?? problem.message}`;
      if (this.told.has(key) || (this.onlyNewPlaces && this.places.has(place))) continue;
      this.told.add(key);
      this.places.add(place);
      this.codes.add(code);
      this.problems.push(problem);
    }
  }

  warn(place: Place, message: string, hint?: string): void {
    const problem = place.from.problem(place.start, message, hint);
    const key = `warning:${problem.file}:${problem.line}:${problem.column}:${message}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.warnings.push(problem);
  }

  throwIfAny(): void {
    const [first] = this.problems;
    if (first === undefined) return;
    const code = BY_WEIGHT.find((one) => this.codes.has(one)) as PipelineErrorCode;
    const files = [...new Set(this.problems.map((problem) => problem.file))];
    const sorted = [...this.problems].sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    if (sorted.length === 1)
      throw new MloError(code, first.message, { problems: sorted, ...(first.hint === undefined ? {} : { hint: first.hint }) });
    const where = files.length === 1 ? `'${first.file}'` : `${files.length} files`;
    throw new MloError(code, `${where} ${files.length === 1 ? 'has' : 'have'} ${sorted.length} problems`, { problems: sorted });
  }
}
