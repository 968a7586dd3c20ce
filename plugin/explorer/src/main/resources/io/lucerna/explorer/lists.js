// The ranking before and after, side by side.
import { html, nothing } from './lit/lit-html.js';
import { repeat } from './lit/directives/repeat.js';
import { move } from './words.js';

const SHORT = 20;

/** Which ranking the right list shows: the last. */
const lastOf = answer => (answer.docs.some(d => d.changed) ? 'changed' : 'plain');

/** Which one the left list shows: of the first stage or, next to a changed one, of the plain model unless asked. */
const baseOf = (state, answer) =>
  lastOf(answer) === 'changed' && state.base !== 'first' ? 'plain' : 'first';

const titles = (app, which) =>
  ({ first: 'First stage', plain: app.model.model.label, changed: app.model.model.label + ', changed' })[which];

function grade(app, doc) {
  if (doc.grade === null) {
    return html`<span class="grade none" title="not judged">–</span>`;
  }
  const relevant = doc.grade >= app.model.level;
  const shade = relevant ? Math.min(3, 1 + doc.grade - app.model.level) : 0;
  return html`<span class="grade g${shade}" title="grade ${doc.grade}, ${relevant ? '' : 'not '}relevant">${doc.grade}</span>`;
}

function passage(app, doc) {
  if (app.state.doc !== doc.docno) {
    return nothing;
  }
  return html`<div class="passage">${app.passage?.of === app.opened() ? app.passage.text : '…'}</div>`;
}

function row(app, doc, which, base) {
  const place = doc[which];
  const moved = which === base ? null : move(doc[base].rank, place.rank);
  const open = app.state.doc === doc.docno;
  return html`
    <li data-doc=${doc.docno} class=${open ? 'open' : ''}>
      <button class="row" aria-expanded=${open} @click=${() => app.open(open ? '' : doc.docno)}
        @pointerenter=${() => app.point(doc.docno)} @pointerleave=${() => app.point('')}>
        <span class="rank">${place.rank}</span>
        ${moved ? html`<span class="move ${moved.way}" aria-label=${moved.said}>${moved.text}</span>` : nothing}
        ${grade(app, doc)}
        <span class="what"><b>${doc.docno}</b> <span class="snippet">${doc.snippet}</span></span>
        <span class="score">${place.score.toFixed(3).replace('-', '\u2212')}</span>
      </button>
      ${passage(app, doc)}
    </li>`;
}

function list(app, which, base, side) {
  const docs = app.answer.docs.toSorted((a, b) => a[which].rank - b[which].rank);
  const shown = app.all ? docs : docs.slice(0, SHORT);
  const choice = side === 'before' && lastOf(app.answer) === 'changed';
  return html`
    <section class="list ${side}" aria-label=${titles(app, which)}>
      <h2>${choice
        ? html`<select aria-label="Compare with" @change=${e => app.go({ base: e.target.value })}>
            ${['first', 'plain'].map(b => html`<option value=${b} ?selected=${b === which}>${titles(app, b)}</option>`)}
          </select>`
        : titles(app, which)}</h2>
      <ol>${repeat(shown, doc => doc.docno, doc => row(app, doc, which, base))}</ol>
    </section>`;
}

/** Both lists. */
export function lists(app) {
  const { answer } = app;
  if (answer.docs.length === 0) {
    return html`<p class="empty">The first stage finds nothing for this query.</p>`;
  }
  const base = baseOf(app.state, answer);
  const last = lastOf(answer);
  const more = answer.docs.length - SHORT;
  return html`
    <div class="lists" data-side=${app.side}>
      <div class="sides" role="group" aria-label="Which ranking">
        ${[['before', titles(app, base)], ['after', titles(app, last)]].map(([side, title]) => html`
          <button aria-pressed=${app.side === side} @click=${() => app.turn(side)}>${title}</button>`)}
      </div>
      ${list(app, base, base, 'before')}
      ${list(app, last, base, 'after')}
    </div>
    ${more > 0
      ? html`<button class="more" @click=${() => app.lengthen()}>
          ${app.all ? `show the best ${SHORT}` : `show all ${answer.docs.length}`}</button>`
      : nothing}`;
}

/** Draws with `draw`, and lets each document of the last list slide from where it was. */
export function slide(draw) {
  const rows = () => [...document.querySelectorAll('.list.after li')];
  const before = new Map(rows().map(li => [li.dataset.doc, li.getBoundingClientRect().top]));
  draw();
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    return;
  }
  for (const li of rows()) {
    const by = (before.get(li.dataset.doc) ?? NaN) - li.getBoundingClientRect().top;
    if (by) {
      li.animate([{ transform: `translateY(${by}px)` }, { transform: 'none' }], { duration: 350, easing: 'ease-out' });
    }
  }
}
