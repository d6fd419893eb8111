import { nearest } from '../text/nearest.ts';
import { searchError, type Source } from './errors.ts';
import { ATTRIBUTES, type AttributeType, type Condition, type Field, type Literal } from './filter.ts';
import { parseMoment, parseSpanOfTime } from './moments.ts';

/** `valuesAt`: offsets of the values, `opAt` that of the operator. */
export interface Places {
  readonly opAt: number;
  readonly valuesAt: readonly number[];
}

type ValueType = AttributeType | 'number' | 'param';

const STATUSES = ['SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'];
const SHORTEST_PREFIX = 4;
/** A pattern becomes one of SQLite's, which takes 50,000 bytes: at worst 4 for a character. */
const LONGEST_PATTERN = 10_000;

/** Refuses operators and values that do not fit the field; returns the condition as it is compared. @throws MLO_FILTER */
export function checkCondition(source: Source, condition: Condition, { opAt, valuesAt }: Places): Condition {
  const type = typeOf(condition.field);
  const check = (value: Literal, index: number): Literal => checkValue(source, type, value, valuesAt[index] as number);
  switch (condition.kind) {
    case 'compare': {
      const isOrder = condition.op !== '=' && condition.op !== '!=';
      if (isOrder && !ORDERED.has(type))
        throw searchError(source, opAt, `${nameOf(type)} cannot be compared by ${condition.op}`, `Use = != LIKE ILIKE or IN`);
      if (isOrder && type === 'param' && typeof condition.value !== 'number') {
        throw searchError(
          source,
          valuesAt[0] as number,
          `${condition.op} compares a param with a number`,
          'Write the number without quotes',
        );
      }
      return { ...condition, value: check(condition.value, 0) };
    }
    case 'in':
      if (!LISTED.has(type)) throw searchError(source, opAt, `${nameOf(type)} cannot be looked for in a list`, 'Use = with OR');
      return { ...condition, values: condition.values.map(check) };
    case 'like':
      if (!TEXTS.has(type))
        throw searchError(
          source,
          opAt,
          `${nameOf(type)} cannot be compared by ${condition.ignoreCase ? 'ILIKE' : 'LIKE'}`,
          'Use = != > >= < <=',
        );
      if (condition.pattern.length > LONGEST_PATTERN)
        throw searchError(source, valuesAt[0] as number, `A pattern has at most ${LONGEST_PATTERN} characters`);
      return condition;
    case 'nan':
      if (condition.field.kind !== 'metric' || condition.field.of !== 'last')
        throw searchError(source, opAt, 'Only the value of a metric can be NaN', 'metrics.loss IS NAN');
      return condition;
    case 'null':
      return condition;
  }
}

const ORDERED: ReadonlySet<ValueType> = new Set(['number', 'param', 'time', 'duration']);
const LISTED: ReadonlySet<ValueType> = new Set(['number', 'param', 'text', 'id', 'status']);
const TEXTS: ReadonlySet<ValueType> = new Set(['param', 'text', 'id', 'status']);

function typeOf(field: Field): ValueType {
  switch (field.kind) {
    case 'metric':
      return 'number';
    case 'param':
      return 'param';
    case 'attribute':
      return ATTRIBUTES[field.name];
    case 'data':
      return 'id';
    case 'tag':
    case 'dataset':
      return 'text';
  }
}

function checkValue(source: Source, type: ValueType, value: Literal, at: number): Literal {
  switch (type) {
    case 'number':
      if (typeof value === 'number') return value;
      throw searchError(source, at, 'Expected a number', 'Metrics are numbers: write them without quotes');
    case 'param':
      return value;
    case 'text':
      return text(source, value, at);
    case 'id': {
      const given = text(source, value, at);
      // A client of MLflow may give digests of its own, where case counts.
      const prefix = /^[0-9a-f]+$/i.test(given) ? given.toLowerCase() : given;
      if (prefix.length < SHORTEST_PREFIX)
        throw searchError(source, at, `Expected at least ${SHORTEST_PREFIX} characters of an id or digest`);
      return prefix;
    }
    case 'status': {
      const status = text(source, value, at).toUpperCase();
      if (STATUSES.includes(status)) return status;
      const near = nearest(status, STATUSES);
      throw searchError(
        source,
        at,
        `There is no status ${JSON.stringify(value)}`,
        near === undefined ? `Known are ${STATUSES.join(', ')}` : `Did you mean ${near}?`,
      );
    }
    case 'time':
      if (typeof value === 'number' || (typeof value === 'string' && parseMoment(value, 0) !== undefined)) return value;
      throw searchError(
        source,
        at,
        'Expected a time',
        "'2026-11-01', '2026-11-01 14:30', '2026-11-01T14:30:00Z', '7d ago', 'today', or Unix milliseconds without quotes",
      );
    case 'duration':
      if (typeof value === 'number' || (typeof value === 'string' && parseSpanOfTime(value) !== undefined)) return value;
      throw searchError(source, at, 'Expected a duration', "Seconds without quotes, or '90s', '5m', '1h 30m', '2d'");
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw searchError(source, at, 'Expected true or false');
  }
}

function text(source: Source, value: Literal, at: number): string {
  if (typeof value === 'string') return value;
  throw searchError(source, at, 'Expected a text in quotes', `Write '${String(value)}'`);
}

function nameOf(type: ValueType): string {
  const names = {
    text: 'Text',
    id: 'An id',
    status: 'A status',
    time: 'A time',
    duration: 'A duration',
    flag: 'A flag',
    number: 'A metric',
    param: 'A param',
  };
  return names[type];
}
