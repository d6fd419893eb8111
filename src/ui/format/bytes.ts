export { formatBytes } from '../../core/text/amount.ts';
