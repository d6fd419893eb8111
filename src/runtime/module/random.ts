export { createRng, seededRandom } from '../../core/random/seeded-random.ts';
