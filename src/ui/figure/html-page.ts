import { createHash } from 'node:crypto';
import type { Plot } from '../../core/plots/plot.ts';
import type { PlotView } from '../render/plots.ts';
import { drawPlot, svgDocument } from '../../core/figure/draw-plots.ts';
import { HOVER_SCRIPT } from './hover-script.ts';
import { escapeXml } from '../../core/figure/svg.ts';
import { ELEMENTS } from '../../core/figure/text.ts';

const STYLE = `body{margin:24px;font:14px system-ui,sans-serif;color:#111827;background:#f3f4f6}
h1{font-size:18px;margin:0 0 16px}
main{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}
figure{margin:0;background:#fff;border:1px solid #e5e7eb;border-radius:8px;overflow:auto;position:relative;max-width:100%}
figure svg{display:block}
.values{position:absolute;display:none;pointer-events:none;background:#111827;color:#fff;border-radius:4px;padding:4px 8px;font-size:12px;white-space:pre;z-index:1}`;

/**
 * One page with everything in it: no network, nothing run but the script below, which its policy names by its hash.
 * Names come from files that anybody may have written; they are text everywhere.
 */
export function plotsHtml(title: string, plots: readonly Plot[], view: PlotView): string {
  const figures = plots.map((plot) => {
    const figure = drawPlot(plot, { view, lettering: ELEMENTS });
    const values =
      figure.hover === undefined ? '' : `<script type="application/json">${jsonForHtml(figure.hover)}</script><div class="values"></div>`;
    return `<figure>\n${svgDocument(figure)}${values}</figure>`;
  });
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(STYLE)}'; script-src '${hashOf(HOVER_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
<main>
${figures.join('\n')}
</main>
<script>${HOVER_SCRIPT}</script>
</body>
</html>
`;
}

/** No `<` at all: nothing in the data can end the element or begin another. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
