import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { LONG_TESTS } from './long-tests.ts';

/** The others follow in vitest's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG_TESTS.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at < 0 ? LONG_TESTS.length : at;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
