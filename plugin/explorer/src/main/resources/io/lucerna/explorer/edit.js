// Another text of the open passage, or another query, and what becomes of score, rank and measures.
import { html, nothing } from './lit/lit-html.js';
import { LONGEST, tooLong } from './state.js';
import { signed, when } from './tones.js';
import { change, MINUS, move, number, oneLine } from './words.js';
import { difference, point, undivided } from './why.js';

/** The longest query and passage that the server reads in place of others, in characters. */
const MOST_QUERY = 2000;
const MOST_TEXT = 16000;

/** Whether another text or query than the collection's is read of the open passage. */
export const edited = state => Boolean(state.reads) || state.edited === state.doc;

/** A passage as it is read now. */
export const read = (state, docno) => ({
  docno,
  ...(state.reads ? { query: state.reads } : {}),
  ...(state.edited === docno ? { text: state.text } : {}),
});

/** What was typed and is not scored yet: of which passage, the query and the text. */
let draft = null;

const isLong = ({ reads, text }) => reads.length > MOST_QUERY || text.length > MOST_TEXT;

/** With the line ends that a box has. */
const lines = text => text.replace(/\r\n?/g, '\n');

function type(app, { currentTarget: { elements } }) {
  const before = draft?.of === app.opened() ? draft : null;
  draft = { of: app.opened(), reads: elements.reads.value, text: elements.text.value };
  if (!before || isLong(before) !== isLong(draft)) {
    app.draw();
  }
}

function apply(app, event) {
  event.preventDefault();
  const given = new FormData(event.target);
  const reads = given.get('reads').trim();
  const text = lines(given.get('text'));
  draft = null;
  const other = text !== stored(app);
  app.go({
    reads: oneLine(reads) === oneLine(app.answer.query) ? '' : reads,
    // Of one passage at a time: that of another stays where this one is as it was.
    ...(other
      ? { edited: app.state.doc, text }
      : app.state.edited === app.state.doc
        ? { edited: '', text: '' }
        : {}),
  });
}

const stored = app => (app.passage?.of === app.opened() ? lines(app.passage.text) : '');

function undo(app, event) {
  const { form } = event.target;
  draft = null;
  form.elements.reads.value = app.answer.query;
  form.elements.text.value = stored(app);
  app.go({ reads: '', edited: '', text: '' });
}

function outcome(app) {
  const doc = app.answer.docs.find(one => one.docno === app.state.doc);
  if (!doc?.changed || app.stale) {
    return nothing;
  }
  const { plain, changed } = doc;
  const moved = move(plain.rank, changed.rank);
  const score = value => String(value).replace('-', MINUS);
  return html`
    <table class="measures"><thead><tr><th></th><th>before</th><th>now</th><th>change</th></tr></thead><tbody>
      <tr><th scope="row">score</th><td>${score(plain.score)}</td><td>${score(changed.score)}</td>
        <td class=${changed.score > plain.score ? 'rises' : changed.score < plain.score ? 'falls' : ''}>${signed(changed.score - plain.score)}</td></tr>
      <tr><th scope="row">rank</th><td>${plain.rank}</td><td>${changed.rank}</td><td class=${moved.way}>${moved.text}</td></tr>
      ${app.answer.measures.map(m => html`
        <tr><th scope="row">${m.name}</th><td>${number(m.plain)}</td><td>${number(m.changed)}</td>
          <td class=${m.changed > m.plain ? 'rises' : m.changed < m.plain ? 'falls' : ''}>${change(m.changed - m.plain)}</td></tr>`)}
    </tbody></table>
    ${app.state.spec ? html`<p class="quiet">What is now is of the changed model, too.</p>` : nothing}`;
}

/** That a text is longer than one that may take its place; nothing if it is not. */
const tooMuch = (name, text, most) =>
  text.length > most
    ? html`<p class="long">This ${name} has more than ${most} characters; what is scored in its place may have no more.</p>`
    : nothing;

export function edit(app, { explained }) {
  const { state, answer } = app;
  const typed = draft?.of === app.opened() ? draft : null;
  const query = typed?.reads ?? (state.reads || answer.query);
  const text = typed?.text ?? (state.edited === state.doc ? state.text : stored(app));
  const send = event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.target.form.requestSubmit();
    }
  };
  return html`
    <form class="edit" @submit=${event => apply(app, event)} @input=${event => type(app, event)} @keydown=${send}>
      <label>Query <textarea name="reads" rows="2" maxlength=${MOST_QUERY} required .value=${query}></textarea></label>
      <label>Passage <textarea name="text" rows="8" maxlength=${MOST_TEXT} .value=${text}></textarea></label>
      ${tooMuch('query', query, MOST_QUERY)} ${tooMuch('passage', text, MOST_TEXT)}
      <button class="main">Score it</button>
      <button type="button" ?disabled=${!edited(state) && !typed} @click=${event => undo(app, event)}>As it was</button>
      <span class="quiet">or Ctrl+Enter</span>
    </form>
    <p class="quiet">The candidates stay: the first stage is not asked again, and its score is that of the old texts.
      ${state.edited && state.edited !== state.doc
        ? html`${state.edited} is edited, too; another edited passage takes its place.`
        : nothing}
      ${tooLong(state.text)
        ? html`<b>A text of more than ${LONGEST} characters is not kept in the address: a reload brings the old one back.</b>`
        : nothing}</p>
    ${edited(state) ? html`${outcome(app)} ${undivided(app)} ${when(explained, found => html`<div @pointerover=${point} @focusin=${point}>${difference(app, found)}</div>`)}` : nothing}`;
}
