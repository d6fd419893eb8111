import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { HOVER_SCRIPT } from '../../../src/ui/figure/hover-script.ts';
import type { HoverData } from '../../../src/core/figure/types.ts';

/** As much of a page as the script touches. */
class Element {
  readonly attributes: { [name: string]: string | number } = {};
  readonly style: { [name: string]: string } = {};
  readonly children: Element[] = [];
  readonly offsetWidth = 80;
  textContent = '';
  private readonly listeners = new Map<string, (event: object) => void>();

  setAttribute = (name: string, value: string | number): void => void (this.attributes[name] = value);
  addEventListener = (name: string, listener: (event: object) => void): void => void this.listeners.set(name, listener);
  getBoundingClientRect = (): object => ({ left: 100, top: 50 });
  appendChild = (child: Element): Element => {
    this.children.push(child);
    return child;
  };
  tell(name: string, event: object = {}): void {
    this.listeners.get(name)?.(event);
  }
}

function pageWith(data: HoverData) {
  const [svg, values, json] = [new Element(), new Element(), new Element()];
  json.textContent = JSON.stringify(data);
  const parts: { [selector: string]: Element } = { svg, '.values': values, 'script[type="application/json"]': json };
  const figure = { querySelector: (selector: string) => parts[selector] };
  const bare = { querySelector: () => null };
  const document = { querySelectorAll: () => [bare, figure], createElementNS: () => new Element() };
  runInNewContext(HOVER_SCRIPT, { document });
  return { svg, values };
}

const DATA: HoverData = {
  box: [0, 0, 300, 200],
  series: [
    { name: 'loss', colour: '#111', px: [0, 100, 200], py: [10, 20, 30], x: ['0', '1', '2'], y: ['9', '8', '7'] },
    { name: 'none', colour: '#222', px: [], py: [], x: [], y: [] },
    { name: 'val', colour: '#333', px: [0, 120], py: [5, 6], x: ['0', '1.2'], y: ['3', '4'] },
  ],
};

it('shows the values of every series at the point nearest to the pointer', () => {
  const { svg, values } = pageWith(DATA);
  expect(values.style['display']).toBe('none');
  svg.tell('pointermove', { clientX: 100 + 96, clientY: 60 });
  expect(values.textContent).toBe('loss: 8 (1)\nval: 4 (1.2)');
  const [rule, first, , third] = svg.children;
  expect([rule?.attributes['x1'], first?.attributes['cx'], third?.attributes['cy']]).toEqual([100, 100, 6]);
  svg.tell('pointermove', { clientX: 100 + 290, clientY: 60 });
  expect(values.textContent).toBe('loss: 7 (2)\nval: 4 (1.2)');
});

it('shows nothing beside the plot', () => {
  const { svg, values } = pageWith(DATA);
  svg.tell('pointermove', { clientX: 150, clientY: 60 });
  expect(values.style['display']).toBe('block');
  svg.tell('pointermove', { clientX: 401, clientY: 60 });
  expect(values.style['display']).toBe('none');
  svg.tell('pointermove', { clientX: 150, clientY: 60 });
  svg.tell('pointerleave');
  expect([values.style['display'], svg.children[1]?.attributes['visibility']]).toEqual(['none', 'hidden']);
});
