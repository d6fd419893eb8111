export { count, formatCount } from '../../core/text/amount.ts';
export { formatNumber } from '../../core/text/format-number.ts';
