// What is done to the model, and what that does to the measures.
import { html, nothing } from './lit/lit-html.js';
import { changes, click, inForce, other, WAYS } from './cells.js';
import * as effects from './effects.js';
import { edits } from './pin.js';
import { spec } from './spec.js';
import { walk } from './tones.js';
import { change, count, move, number } from './words.js';

function measures(app) {
  const { answer } = app;
  if (answer.measures.length === 0) {
    const why = answer.docs.length === 0
      ? 'Nothing was found'
      : answer.topic ? 'This topic has no judgments' : 'A typed query has no judgments';
    return html`<p class="quiet">${why}: nothing to measure.</p>`;
  }
  const changed = answer.measures.some(m => m.changed !== null);
  return html`
    <table class="measures">
      <thead><tr><th></th><th>First stage</th><th>${app.model.model.label}</th>
        ${changed ? html`<th>changed</th><th>change</th>` : nothing}</tr></thead>
      <tbody>${answer.measures.map(m => html`
        <tr><th scope="row">${m.name}</th><td>${number(m.first)}</td><td>${number(m.plain)}</td>
          ${changed
            ? html`<td>${number(m.changed)}</td>
                <td class=${m.changed > m.plain ? 'rises' : m.changed < m.plain ? 'falls' : ''}>${change(m.changed - m.plain)}</td>`
            : nothing}</tr>`)}
      </tbody>
    </table>`;
}

/** What is edited stays so for every passage, whichever is open: it is said here, and undone. */
export const edited = app =>
  edits(app.state)
    ? html`<p class="edits"><b>Edited:</b> ${edits(app.state)}
        <button type="button" @click=${() => app.go({ reads: '', edited: '', text: '' })}>As it was</button></p>`
    : nothing;

const MOST = 4;

function movers(app) {
  const { answer } = app;
  if (!answer.changes) {
    return html`<p class="quiet">Click a cell below to cut a head or an MLP, or with Shift to set it to its mean; again to restore it.</p>`;
  }
  const { swappedPairs, moved, largestMove } = answer.changes;
  const far = answer.docs
    .filter(d => d.plain.rank !== d.changed.rank)
    .toSorted((a, b) => Math.abs(b.plain.rank - b.changed.rank) - Math.abs(a.plain.rank - a.changed.rank))
    .slice(0, MOST);
  return html`
    <p class="quiet">${moved} of ${count(answer.docs.length, 'document')} moved, by ${count(largestMove, 'place')} at most;
      ${count(swappedPairs, 'pair')} swapped.</p>
    ${far.length
      ? html`<p class="movers">${far.map(d => {
          const m = move(d.plain.rank, d.changed.rank);
          return html`<button @click=${() => app.open(d.docno, true)} title="rank ${d.plain.rank} to ${d.changed.rank}">
            <span class="move ${m.way}">${m.text}</span> ${d.docno}</button>`;
        })}</p>`
      : nothing}`;
}

const SHADES = 4;

/** What marks an exact number. */
const EXACT = '=';

/** What the cells are coloured by, and how far each is from none: in steps of -4 to 4. */
function colours(app) {
  const { choices, chosen } = effects.colours(app);
  const all = effects.effects(app);
  const most = Math.max(0, ...[...all.values()].map(({ value }) => Math.abs(value)));
  const say = effects.counts(chosen) ? String : change;
  const of = cell => all.get(cell.name);
  const shade = cell => Math.round(((of(cell)?.value ?? 0) / (most || 1)) * SHADES) || 0;
  const said = cell => (of(cell) ? `, ${chosen} ${say(of(cell).value)} (${of(cell).exact ? 'exact' : 'estimated'})` : '');
  return { choices, chosen, all, most, say, shade, said, exact: cell => of(cell)?.exact };
}

/** What is cut alone, where the ranking that is shown is of more than the plain model. */
const plainly = answer =>
  edits(answer) ? ' in the plain model, of the texts as they are' : answer.spec ? ' in the plain model' : '';

/** The cells that do most, one after the other. */
function most(app, { all, say }) {
  const strongest = effects.strongest(all.values()).filter(({ value }) => value);
  return strongest.length === 0
    ? nothing
    : html`<p class="most quiet">Most, each cut alone${plainly(app.answer)}:
        ${strongest.map(({ cell, value, exact }, i) => html`${i ? ', ' : ''}<span>${cell.name} ${exact ? EXACT : '≈'} ${say(value)}</span>`)}
        (${EXACT} exact, in cells too; ≈ estimated)</p>`;
}

const spoken = choice => (choice === effects.NOTHING ? 'none' : effects.counts(choice) ? choice : `change of ${choice}`);

/** What a click does. */
const clicked = ({ state }) => (Object.hasOwn(WAYS, state.click) ? state.click : 'cut');

function legend(app, by) {
  const missing = effects.missing(app);
  return html`
    <p class="legend quiet">
      <label>A click
        <select @change=${e => app.go({ click: e.target.value === 'cut' ? '' : e.target.value })}>
          ${Object.keys(WAYS).map(way => html`<option value=${way} .selected=${way === clicked(app)}>${WAYS[way].words}</option>`)}</select></label>
      <label>Colour
        <select @change=${e => app.go({ colour: e.target.value })}>
          ${by.choices.map(c => html`<option value=${c} .selected=${c === by.chosen}>${spoken(c)}</option>`)}</select></label>
      ${by.chosen === effects.NOTHING
        ? nothing
        : !by.all.size
          ? html`<span>${missing ? nothing : '…'}</span>`
          : effects.counts(by.chosen)
            ? html`<span class="scale"><i data-shade="0"></i><i data-shade="2"></i><i data-shade="4"></i> up to ${by.most}</span>`
            : by.most === 0
              ? html`<span>none</span>`
              : html`<span class="scale">${change(-by.most)} <i data-shade="-4"></i><i data-shade="-2"></i><i data-shade="0"></i><i
                  data-shade="2"></i><i data-shade="4"></i> ${change(by.most)}</span>`}
      ${missing ? html`<span class="error">${missing}</span>` : nothing}
    </p>`;
}

function grid(app) {
  const by = colours(app);
  const { cells, model } = app.model;
  const given = inForce(app);
  const wayOf = changes(given);
  const rows = Array.from({ length: model.layers }, (_, layer) => cells.filter(c => c.layer === layer));
  const heads = Array.from({ length: model.heads }, (_, head) => head);
  return html`
    ${legend(app, by)}
    <div class="scroll">
      <table class="grid" @keydown=${walk}>
        <caption class="hidden">Heads by layer, and each layer's MLP</caption>
        <thead><tr><th></th>${heads.map(h => html`<th scope="col">${h}</th>`)}<th scope="col">MLP</th></tr></thead>
        <tbody>${rows.map((row, layer) => html`
          <tr><th scope="row">L${layer}</th>${row.map((cell, column) => {
            const way = wayOf(cell);
            return html`
            <td><button data-cell=${cell.name} data-shade=${by.shade(cell)} title=${cell.name + by.said(cell)}
              tabindex=${layer === 0 && column === 0 ? 0 : -1}
              aria-pressed=${Boolean(way)} aria-label="${WAYS[way ?? clicked(app)].say(cell)}${by.said(cell)}"
              @click=${e => click(app, cell, e.shiftKey ? other(clicked(app)) : clicked(app))}>${way ? WAYS[way].sign : by.exact(cell) ? EXACT : ''}</button></td>`;
          })}</tr>`)}
        </tbody>
      </table>
    </div>
    ${most(app, by)}
    ${/ from=candidates\b/.test(given)
      ? html`<p class="quiet">μ: the mean, for each role of a token, over these ${count(app.answer.docs.length, 'candidate')} as the plain
          model reads them.</p>`
      : nothing}`;
}

/** All of it. */
export const panel = app => html`
  <aside class="panel" aria-label="The model and the measures">
    ${edited(app)} ${measures(app)} ${movers(app)} ${grid(app)} ${spec(app)}
  </aside>`;
