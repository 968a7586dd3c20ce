// The ranking before and after, side by side.
import { html, nothing } from './lit/lit-html.js';
import { repeat } from './lit/directives/repeat.js';
import { inside, replaces } from './inside.js';
import { comparable, lastOf, pinned } from './pin.js';
import { gradeShade, move } from './words.js';

const SHORT = 20;

/** As in the style sheet, where one list is seen at a time. */
export const narrow = matchMedia('(max-width: 700px)');

/** What the left list can show: the first stage's ranking, the plain model's beside a changed one, what is pinned. */
const bases = answer =>
  [...(pinned() ? ['pin'] : []), ...(lastOf(answer) === 'changed' ? ['plain'] : []), 'first'];

/** Which one it shows: the nearest, unless asked. */
const baseOf = (state, answer) => (bases(answer).includes(state.base) ? state.base : bases(answer)[0]);

const titles = (app, which) =>
  ({
    first: 'First stage',
    plain: app.model.model.label,
    changed: app.model.model.label + ', changed',
    pin: 'Pinned',
  })[which];

/** The documents of a ranking in its order, each with its place. */
function places(app, which) {
  const { docs } = which === 'pin' ? pinned() : app.answer;
  const of = which === 'pin' ? lastOf(pinned()) : which;
  return docs.map(doc => ({ ...doc, place: doc[of] })).toSorted((a, b) => a.place.rank - b.place.rank);
}

function grade(app, doc) {
  if (doc.grade === null) {
    return html`<span class="grade none" title="not judged">–</span>`;
  }
  const shade = gradeShade(doc.grade, app.model.level);
  return html`<span class="grade g${shade}" title="grade ${doc.grade}, ${shade ? '' : 'not '}relevant">${doc.grade}</span>`;
}

/** Another text than the collection's, where a list is of one; null where it is not. */
const editOf = ({ edited, text }, docno) => (edited === docno ? text : null);

/** The edit that a row shows: the first stage and the plain model have read none. */
function edit(app, docno, which) {
  const of = which === 'pin' ? pinned() : app.answer;
  const reads = which === 'pin' ? lastOf(of) : which;
  return reads === 'changed' ? editOf(of, docno) : null;
}

/** Which list is seen where there is room for one. */
const sideOf = ({ state }) => (state.side === 'before' ? 'before' : 'after');

/**
 * In the list that is seen: on a narrow screen either, on another the last. What is pinned has its text alone: what is behind a
 * score is asked of the present state.
 */
function passage(app, doc, side, which) {
  if (app.state.doc !== doc.docno || side !== (narrow.matches ? sideOf(app) : 'after')) {
    return nothing;
  }
  const found = app.passage?.of === app.opened() ? app.passage : { text: '…' };
  const alone = which === 'pin';
  const text = editOf(alone ? pinned() : app.state, doc.docno) ?? found.text;
  return html`
    ${found.error ? html`<p class="error" role="alert">${found.error}</p>` : nothing}
    ${found.error || (!alone && replaces(app)) ? nothing : html`<div class="passage">${text}</div>`}
    ${alone ? nothing : inside(app)}`;
}

/** From where a document came, if that can be said. */
function moved(before, { docno, place }) {
  if (!before) {
    return html`<span class="move"></span>`;
  }
  const { way, said, text } = before.has(docno)
    ? move(before.get(docno), place.rank)
    : { way: 'stays', said: 'is not among the pinned', text: '+' };
  return html`<span class="move ${way}" aria-label=${said} title=${said}>${text}</span>`;
}

/** As much of an edited text as a snippet has, and more than is seen of one. */
const SNIPPET = 180;

function row(app, doc, side, which, before) {
  const open = app.state.doc === doc.docno;
  const edited = edit(app, doc.docno, which);
  // What is pinned may have documents that the present ranking lacks: they would open nowhere.
  const here = app.answer.docs.some(one => one.docno === doc.docno);
  return html`
    <li data-doc=${doc.docno} class=${open ? 'open' : ''}>
      <button class="row" aria-expanded=${open} ?disabled=${!here} title=${here ? nothing : 'Not in the ranking that is shown now'}
        @click=${() => app.open(open ? '' : doc.docno)}
        @pointerenter=${() => app.point(doc.docno)} @pointerleave=${() => app.point('')}>
        <span class="rank">${doc.place.rank}</span>
        ${side === 'after' ? moved(before, doc) : nothing}
        ${grade(app, doc)}
        <span class="what"><b>${doc.docno}</b>${edited === null ? nothing : html` <span class="badge">edited</span>`}
          <span class="snippet">${edited?.slice(0, SNIPPET) ?? doc.snippet}</span></span>
        <span class="score">${doc.place.score.toFixed(3).replace('-', '\u2212')}</span>
      </button>
      ${passage(app, doc, side, which)}
    </li>`;
}

function list(app, which, side, before) {
  const docs = places(app, which);
  const shown = app.state.all ? docs : docs.filter((doc, i) => i < SHORT || doc.docno === app.state.doc);
  const choices = bases(app.answer);
  return html`
    <section class="list ${side}" aria-label=${titles(app, which)}>
      <h2>${side === 'before' && choices.length > 1
        ? html`<select aria-label="Compare with" @change=${e => app.go({ base: e.target.value })}>
            ${choices.map(b => html`<option value=${b} .selected=${b === which}>${titles(app, b)}</option>`)}
          </select>`
        : titles(app, which)}</h2>
      <ol>${repeat(shown, doc => doc.docno, doc => row(app, doc, side, which, before))}</ol>
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
  const apart = base === 'pin' && !comparable(app);
  const before = apart ? null : new Map(places(app, base).map(doc => [doc.docno, doc.place.rank]));
  const more = answer.docs.length - SHORT;
  return html`
    <div class="lists" data-side=${sideOf(app)}>
      <div class="sides" role="group" aria-label="Which ranking">
        ${[['before', titles(app, base)], ['after', titles(app, last)]].map(([side, title]) => html`
          <button aria-pressed=${sideOf(app) === side} @click=${() => app.turn(side)}>${title}</button>`)}
      </div>
      ${list(app, base, 'before')}
      ${list(app, last, 'after', before)}
    </div>
    ${more > 0
      ? html`<button class="more" @click=${() => app.lengthen()}>
          ${app.state.all ? `show the best ${SHORT}` : `show all ${answer.docs.length}`}</button>`
      : nothing}`;
}

/** Draws with `draw`, and lets each document of the last list slide from where it was. */
export function slide(draw) {
  const rows = () => [...document.querySelectorAll('.list.after li')];
  const before = new Map(rows().map(li => [li.dataset.doc, li.getBoundingClientRect().top]));
  draw();
  // Where a passage was opened or closed, nothing moved.
  const order = [...before.keys()].join('\n') === rows().map(li => li.dataset.doc).join('\n');
  if (order || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    return;
  }
  for (const li of rows()) {
    const by = (before.get(li.dataset.doc) ?? NaN) - li.getBoundingClientRect().top;
    if (by) {
      li.animate([{ transform: `translateY(${by}px)` }, { transform: 'none' }], { duration: 350, easing: 'ease-out' });
    }
  }
}
