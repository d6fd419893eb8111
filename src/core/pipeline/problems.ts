import type { MloError, Problem } from '../errors/mlo-error.ts';
import { errorOfProblems } from '../errors/one-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { SourceText } from '../source/source-text.ts';

type PipelineErrorCode = Extract<ErrorCode, 'MLO_PIPELINE_SYNTAX' | 'MLO_PIPELINE_INVALID' | 'MLO_TEMPLATE' | 'MLO_PARAMS'>;

/** The first of these that occurred names the whole error; each problem keeps its own. */
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
  /** All that was handed in, what had been told before too: grows whenever anything is wrong. */
  reported = 0;
  private readonly problems: (Problem & { readonly code: PipelineErrorCode })[] = [];
  private readonly told = new Set<string>();
  private readonly places = new Set<string>();

  /** `sameAs`: what makes two findings one at the same place; the message where it is absent. */
  add(code: PipelineErrorCode, place: Place, message: string, hint?: string, sameAs = message): void {
    this.addAll(code, [place.from.problem(place.start, message, hint)], sameAs);
  }

  addAll(code: PipelineErrorCode, problems: readonly Problem[], sameAs?: string): void {
    for (const problem of problems) {
      this.reported += 1;
      const place = `${problem.file}:${problem.line}:${problem.column}`;
      const key = `${place}:${sameAs ?? problem.message}`;
      if (this.told.has(key) || (this.onlyNewPlaces && this.places.has(place))) continue;
      this.told.add(key);
      this.places.add(place);
      this.problems.push({ ...problem, code });
    }
  }

  warn(place: Place, message: string, hint?: string): void {
    const problem = place.from.problem(place.start, message, hint);
    const key = `warning:${problem.file}:${problem.line}:${problem.column}:${message}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.warnings.push(problem);
  }

  /** Everything in one error, under the weightiest code; undefined where nothing is wrong. */
  error(): MloError | undefined {
    const code = BY_WEIGHT.find((one) => this.problems.some((problem) => problem.code === one));
    return code === undefined ? undefined : errorOfProblems(code, this.problems);
  }
}
