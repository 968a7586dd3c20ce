// Scores by layer.
import { html, nothing, svg } from './lit/lit-html.js';
import { when } from './tones.js';
import { compare } from './why.js';

const WIDTH = 360;
const HEIGHT = 170;
const LEFT = 46;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;

const written = value => value.toFixed(4).replace('-', '\u2212');

function chart(passages) {
  const all = passages.flatMap(passage => passage.scores);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const last = passages[0].scores.length - 1;
  const x = layer => LEFT + (layer / Math.max(1, last)) * (WIDTH - LEFT - RIGHT);
  const y = score => TOP + ((high - score) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const every = Math.ceil((last + 1) / 13);
  return html`
    <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Score by layer; the numbers are in the table below">
      ${[high, low].map(score => svg`
        <line class="axis" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(score)} y2=${y(score)}></line>
        <text x=${LEFT - 5} y=${y(score) + 4} text-anchor="end">${score.toFixed(3)}</text>`)}
      ${passages[0].scores.map((_, layer) => layer % every === 0 || layer === last
        ? svg`<text x=${x(layer)} y=${HEIGHT - 8} text-anchor="middle">${layer}</text>`
        : nothing)}
      ${passages.map((passage, i) => svg`
        <polyline class="line s${i}" points=${passage.scores.map((score, layer) => `${x(layer)},${y(score)}`).join(' ')}></polyline>
        ${passage.scores.map((score, layer) => svg`
          <circle class="dot s${i}" cx=${x(layer)} cy=${y(score)} r="4"><title>${passage.docno}, layer ${layer}: ${written(score)}</title></circle>`)}`)}
    </svg>`;
}

function lens({ passages: given }) {
  const same = given.length > 1 && given[0].docno === given[1].docno;
  const passages = same ? given.map((passage, i) => ({ ...passage, docno: ['now', 'before'][i] })) : given;
  return html`
    <p class="quiet">The score that the model's head gives to what leaves each layer, 0 being the embeddings; the last is the model's.
      No other layer was trained to be read.</p>
    ${chart(passages)}
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
