/**
 * Shows the values of all series at the point nearest to the pointer, by setting text only. Styles are set on
 * elements by script, which the policy of the page allows.
 */
export const HOVER_SCRIPT = `
for (const figure of document.querySelectorAll('figure')) {
  const data = figure.querySelector('script[type="application/json"]');
  if (!data) continue;
  const { box: [left, top, right, bottom], series } = JSON.parse(data.textContent);
  const svg = figure.querySelector('svg');
  const values = figure.querySelector('.values');
  const make = (name) => svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', name));
  const rule = make('line');
  rule.setAttribute('stroke', '#9ca3af');
  const dots = series.map(({ colour }) => {
    const dot = make('circle');
    dot.setAttribute('r', '4');
    dot.setAttribute('fill', colour);
    return dot;
  });
  const hide = () => {
    for (const each of [rule, ...dots]) each.setAttribute('visibility', 'hidden');
    values.style.display = 'none';
  };
  const nearest = (places, x) => {
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low > 0 && x - places[low - 1] < places[low] - x ? low - 1 : low;
  };
  hide();
  svg.addEventListener('pointerleave', hide);
  svg.addEventListener('pointermove', (event) => {
    const area = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top];
    if (x < left || x > right || y < top || y > bottom) return hide();
    const lines = [];
    let at;
    for (const [index, each] of series.entries()) {
      const point = nearest(each.px, x);
      if (each.px.length === 0) continue;
      if (at === undefined || Math.abs(each.px[point] - x) < Math.abs(at - x)) at = each.px[point];
      dots[index].setAttribute('cx', each.px[point]);
      dots[index].setAttribute('cy', each.py[point]);
      dots[index].setAttribute('visibility', 'visible');
      lines.push(each.name + ': ' + each.y[point] + ' (' + each.x[point] + ')');
    }
    if (at === undefined) return;
    for (const [name, value] of [['x1', at], ['x2', at], ['y1', top], ['y2', bottom], ['visibility', 'visible']]) rule.setAttribute(name, value);
    values.textContent = lines.join('\\n');
    values.style.display = 'block';
    values.style.left = Math.min(at + 12, Math.max(0, right - values.offsetWidth)) + 'px';
    values.style.top = top + 8 + 'px';
  });
}
`;
