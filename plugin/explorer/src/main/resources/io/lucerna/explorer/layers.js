// Scores by layer.
import { html, nothing } from './lit/lit-html.js';
import uPlot from './uplot/uPlot.esm.js';
import { dusk, when } from './tones.js';
import { compare } from './why.js';
import { MINUS } from './words.js';

const HEIGHT = 210;

const written = (value, digits = 4) => value.toFixed(digits).replace('-', MINUS);

/** Lines of scores by layer, in the colours of the page; drawn anew when those change, or its width. */
class LayerChart extends HTMLElement {
  #passages = [];
  #plot = null;
  #again = () => this.#draw();
  #width = new ResizeObserver(() => this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT }));

  connectedCallback() {
    dusk.addEventListener('change', this.#again);
    this.#width.observe(this);
    this.#draw();
  }

  disconnectedCallback() {
    dusk.removeEventListener('change', this.#again);
    this.#width.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  set passages(passages) {
    if (JSON.stringify(passages) !== JSON.stringify(this.#passages)) {
      this.#passages = passages;
      this.#draw();
    }
  }

  #draw() {
    this.#plot?.destroy();
    this.#plot = this.isConnected && this.#passages.length ? new uPlot(this.#options(), this.#data(), this) : null;
  }

  #data() {
    return [this.#passages[0].scores.map((_, layer) => layer), ...this.#passages.map(passage => passage.scores)];
  }

  #options() {
    const colour = name => getComputedStyle(this).getPropertyValue(name);
    const font = '11px ' + getComputedStyle(this).fontFamily;
    const axis = { stroke: colour('--quiet'), font, grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    return {
      width: this.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false } },
      axes: [
        { ...axis, incrs: [1, 2, 3, 4, 6, 12], size: 26, gap: 2 },
        { ...axis, size: 50, values: (_, marks) => marks.map(mark => written(mark, 2)) },
      ],
      series: [
        { label: 'layer', value: (_, layer) => layer ?? '' },
        ...this.#passages.map(({ docno }, i) => ({
          label: docno,
          stroke: colour(i ? '--second' : '--more'),
          width: 2,
          dash: i ? [5, 3] : [],
          points: { show: true, size: 7, fill: colour(i ? '--second' : '--more') },
          value: (_, score) => (score === null ? '' : written(score)),
        })),
      ],
      cursor: { drag: { x: false } },
    };
  }
}

customElements.define('layer-chart', LayerChart);

function lens({ passages: given }) {
  const same = given.length > 1 && given[0].docno === given[1].docno;
  const passages = same ? given.map((passage, i) => ({ ...passage, docno: ['now', 'before'][i] })) : given;
  return html`
    <p class="quiet">The score that the model's head gives to what leaves each layer, 0 being the embeddings; the last is the model's.
      No other layer was trained to be read.</p>
    <layer-chart role="img" aria-label="Score by layer; the numbers are in the table below" .passages=${passages}></layer-chart>
    <div class="scroll"><table class="largest"><thead><tr><th scope="col">layer</th>${passages.map((passage, i) => html`
      <th scope="col"><span class="key s${i}"></span>${passage.docno}</th>`)}${passages.length > 1 ? html`<th scope="col">difference</th>` : nothing}</tr></thead>
      <tbody>${passages[0].scores.map((_, layer) => html`<tr><th scope="row">${layer}</th>${passages.map(passage => html`
        <td class="n">${written(passage.scores[layer])}</td>`)}${passages.length > 1
          ? html`<td class="n">${written(passages[0].scores[layer] - passages[1].scores[layer])}</td>`
          : nothing}</tr>`)}</tbody></table></div>`;
}

export const layers = (app, found) => html`
  ${compare(app)}
  ${app.state.spec ? html`<p class="quiet">Of the plain model.</p>` : nothing}
  ${when(found.lens, lens)}`;
