import { expect, it } from 'vitest';
import { encodeMessage, messageReader, type ToHelper } from '../../../src/runtime/shell/spawn-protocol.ts';
import { fc } from '../../helpers/properties.ts';

it('messages arrive whole however the stream is cut, whatever text they carry', () => {
  const runMessage = fc.record({
    type: fc.constant('run' as const),
    id: fc.nat(),
    file: fc.string({ unit: 'binary' }),
    args: fc.array(fc.string({ unit: 'binary' })),
    cwd: fc.string(),
    set: fc.constant({ A: 'x\ny' }),
    unset: fc.array(fc.string()),
    fifo: fc.string(),
  });
  fc.assert(
    fc.property(fc.array(runMessage, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (messages, step) => {
      const stream = messages.map(encodeMessage).join('');
      const received: ToHelper[] = [];
      const read = messageReader<ToHelper>((message) => received.push(message));
      for (let at = 0; at < stream.length; at += step) read(stream.slice(at, at + step));
      expect(received).toEqual(messages);
    }),
  );
});
