// A state that stays in sight while the person goes on.
import { html, nothing } from './lit/lit-html.js';
import * as api from './api.js';
import { format, LONGEST, parse, tooLong } from './state.js';
import { change, count, move, number } from './words.js';

/** Those of a state that decide the ranking. */
const ranked = ({ topic, query, depth, spec, reads, edited, text }) =>
  ({ topic, query: topic ? '' : query, depth, spec, reads, edited, text });

/** What was pinned, as the address has it, and how it ranks; null if nothing is. */
let kept = null;

/** The ranking that is pinned, once it is there. */
export const pinned = () => kept?.answer ?? null;

/** Whether it is of the query that is shown, so that documents can be compared. */
export const comparable = app => pinned() !== null && pinned().topic === app.answer.topic && pinned().query === app.answer.query;

/** The ranking that an answer ends with. */
export const lastOf = answer => (answer.docs.some(d => d.changed) ? 'changed' : 'plain');

/** Brings what the address says is pinned. */
export async function load(app) {
  const of = app.state.pin;
  if (of === (kept?.of ?? '') && !kept?.error) {
    return;
  }
  const mine = (kept = of ? { of, answer: null, error: '' } : null);
  if (mine) {
    try {
      mine.answer = await api.rankBeside(ranked(parse(of)));
    } catch (e) {
      mine.error = e.message;
    }
  }
  if (kept === mine) {
    app.draw();
  }
}

/** Whether the answer is that to the state: the numbers of one are not pinned with the texts of the other. */
const settled = app => app.answer !== null && !app.stale && !app.busy;

/** Pins what is shown. */
function pin(app) {
  const of = format(ranked(app.answer));
  kept = { of, answer: app.answer, error: '' };
  app.go({ pin: of, base: '' });
}

/** What was pinned is shown, and the other way round. */
const swap = app => app.go({ ...ranked(parse(kept.of)), pin: format(ranked(app.answer)), base: '', doc: '' });

export const pinButton = app => html`
  <button type="button" title="Keep this ranking in sight, and go on" ?disabled=${!settled(app)} @click=${() => pin(app)}>
    ${app.state.pin ? 'Pin this instead' : 'Pin'}</button>`;

const values = answer => new Map(answer.measures.map(m => [m.name, m[lastOf(answer)]]));

function measures(app) {
  const [before, after] = [values(pinned()), values(app.answer)];
  return app.model.measures
    .filter(name => before.has(name) || after.has(name))
    .map(name => {
      const [from, to] = [before.get(name), after.get(name)];
      const both = before.has(name) && after.has(name);
      return html`
        <tr><th scope="row">${name}</th>
          <td>${before.has(name) ? number(from) : '–'}</td><td>${after.has(name) ? number(to) : '–'}</td>
          <td class=${both && to > from ? 'rises' : both && to < from ? 'falls' : ''}>${both ? change(to - from) : '–'}</td></tr>`;
    });
}

const MOST = 8;

function movers(app) {
  if (!comparable(app)) {
    return html`<p class="quiet">Another query: its documents are shown beside the others, without moves.</p>`;
  }
  const before = new Map(pinned().docs.map(d => [d.docno, d[lastOf(pinned())].rank]));
  const both = app.answer.docs
    .filter(d => before.has(d.docno))
    .map(d => ({ docno: d.docno, from: before.get(d.docno), to: d[lastOf(app.answer)].rank }));
  const moved = both
    .filter(d => d.from !== d.to)
    .toSorted((a, b) => Math.abs(b.from - b.to) - Math.abs(a.from - a.to));
  return html`
    <p class="quiet">${moved.length} of ${count(both.length, 'document')} moved${moved.length
      ? `, by ${count(Math.abs(moved[0].from - moved[0].to), 'place')} at most.` : '.'}</p>
    ${moved.length
      ? html`<p class="movers">${moved.slice(0, MOST).map(({ docno, from, to }) => {
          const m = move(from, to);
          return html`<button @click=${() => app.open(docno, true)} title="rank ${from} to ${to}" aria-label="${docno} ${m.said}">
            <span class="move ${m.way}">${m.text}</span> ${docno}</button>`;
        })}</p>`
      : nothing}`;
}

const asked = ({ topic, query, depth }) => `${topic ? `${topic}: ` : ''}${query}, top ${depth}`;
const done = spec => (spec ? html`<code>${spec}</code>` : html`<span class="quiet">as it is</span>`);

/** Characters of an edited text that are shown. */
const SAID = 120;

/** What is edited, in words; nothing if nothing is. */
export const edits = ({ reads, edited, text }) =>
  [reads ? `the model reads “${reads}”` : '', edited ? `${edited} reads “${text.length > SAID ? text.slice(0, SAID) + '…' : text}”` : ''].filter(one => one).join('; ');

function both(app) {
  const texts = [edits(pinned()), edits(app.answer)];
  return html`
    <div class="both"><table class="measures">
      <thead><tr><th></th><th>Pinned</th><th>Now</th><th>change</th></tr></thead>
      <tbody>
        <tr class="said"><th scope="row">Query</th><td>${asked(pinned())}</td><td>${asked(app.answer)}</td><td></td></tr>
        <tr class="said"><th scope="row">Model</th><td>${done(pinned().spec)}</td><td>${done(app.answer.spec)}</td><td></td></tr>
        ${texts.some(text => text)
          ? html`<tr class="said"><th scope="row">Texts</th>${texts.map(text => html`<td>${text || html`<span class="quiet">as they are</span>`}</td>`)}<td></td></tr>`
          : nothing}
        ${measures(app)}
      </tbody>
    </table>
    <div class="moves">${movers(app)}</div></div>`;
}

/** The pinned state beside the present one. */
export function pins(app) {
  if (!app.state.pin || !kept) {
    return nothing;
  }
  return html`
    <section class=${settled(app) ? 'pins' : 'pins stale'} aria-label="The pinned state and the present one">
      <h2>Pinned
        <button type="button" @click=${() => app.go({ pin: '', base: '' })}>Unpin</button>
        ${pinned() ? html`<button type="button" title="Show what is pinned, and pin what is shown" ?disabled=${!settled(app)} @click=${() => swap(app)}>Swap</button>` : nothing}
      </h2>
      ${kept.error
        ? html`<p class="error" role="alert">${kept.error}</p>`
        : pinned()
          ? both(app)
          : html`<p class="quiet">…</p>`}
      ${tooLong(parse(kept.of).text)
        ? html`<p class="quiet">The edited text has more than ${LONGEST} characters and is not kept in the address: a reload unpins.</p>`
        : nothing}
    </section>`;
}
