// What is behind the score of the open passage: which views there are, and what they ask of the server.
import { html } from './lit/lit-html.js';
import * as api from './api.js';
import { attention } from './attention.js';
import { edit, edited, read } from './edit.js';
import { layers } from './layers.js';
import { detailed, why } from './why.js';

const MOST = 24;

/** Answers by what was asked; the first is the oldest. */
const kept = new Map();

/** What could not be answered, until the person does something else. */
const failed = new Map();

/** What is being asked. */
let asking = null;

const VIEWS = [
  ['', 'Why', why],
  ['attention', 'Attention', attention],
  ['layers', 'Layers', layers],
  ['edit', 'Edit', edit],
];

/** The open passage and, where there is one, that which it is compared with. */
const passages = ({ state }) => [state.doc, state.other].filter(docno => docno).map(docno => read(state, docno));

/** The open passage, and what it was before it or its query was edited. */
const before = ({ state }) => [read(state, state.doc), { docno: state.doc }];

/** What the view that is shown needs, in this order. */
function wants(app) {
  const { state, answer } = app;
  if (!state.doc || !answer || app.stale || !answer.docs.some(d => d.docno === state.doc)) {
    return [];
  }
  const of = { topic: answer.topic, query: answer.topic ? '' : answer.query };
  const pairs = { ...of, passages: passages(app) };
  const want = (name, path, body) => ({ name, key: path + JSON.stringify(body), path, body });
  const one = { ...of, passages: pairs.passages.slice(0, 1) };
  switch (state.view) {
    case 'attention': {
      const heads = { ...one, spec: state.spec, depth: answer.depth };
      return [
        want('heads', 'attention', heads),
        ...(state.head ? [want('head', 'attention', { ...heads, head: state.head })] : []),
      ];
    }
    case 'layers':
      return [want('lens', 'lens', edited(state) && !state.other ? { ...of, passages: before(app) } : pairs)];
    case 'edit':
      return edited(state) ? [want('explained', 'explain', { ...of, passages: before(app) })] : [];
    default:
      return [want('explained', 'explain', pairs), ...(detailed(app) ? [want('detail', 'explain/detail', one)] : [])];
  }
}

/** Whether something is wanted that has not been asked for. */
export const asks = app => wants(app).some(want => !kept.has(want.key) && want.key !== asking?.key);

/** Whether something is being asked. */
export const isAsking = () => asking !== null;

/** Gives up what is being asked. */
export function giveUp() {
  asking?.stop.abort();
  asking = null;
}

/** What is there of it: by name, either a value or an error, or nothing yet. */
const found = app => Object.fromEntries(wants(app).map(want => [want.name, kept.get(want.key) ?? failed.get(want.key) ?? {}]));

/** Asks for what is wanted and not there, one after the other; what is no longer wanted is given up. */
export async function load(app) {
  const wanted = wants(app);
  if (asking && !wanted.some(want => want.key === asking.key)) {
    giveUp();
  }
  if (asking) {
    return;
  }
  failed.clear();
  for (let next = missing(app); next; next = missing(app)) {
    const mine = { key: next.key, stop: new AbortController() };
    asking = mine;
    try {
      keep(next.key, { value: await api.inside(next.path, next.body, mine.stop.signal) });
    } catch (e) {
      if (e.name !== 'AbortError' && e.status !== 409) {
        failed.set(next.key, { error: e.message });
      } else if (asking === mine && app.busy) {
        asking = null;
        return;
      }
    }
    if (asking !== mine) {
      return;
    }
    asking = null;
    app.draw();
  }
}

const missing = app => wants(app).find(want => !kept.has(want.key) && !failed.has(want.key));

function keep(key, answer) {
  kept.set(key, answer);
  if (kept.size > MOST) {
    kept.delete(kept.keys().next().value);
  }
}

/** Whether the text of the passage is in the view, in pieces. */
export const replaces = app => app.state.view === 'edit' || ['explained', 'heads'].some(name => found(app)[name]?.value);

/** All of it, or that it is not there yet. */
export function inside(app) {
  const [, , view] = VIEWS.find(([name]) => name === app.state.view) ?? VIEWS[0];
  return html`
    <section class="inside" aria-label="Behind the score">
      <div class="views" role="group" aria-label="What is shown of it">${VIEWS.map(([name, title]) => html`
        <button aria-pressed=${(app.state.view || '') === name} @click=${() => app.show({ view: name })}>${title}</button>`)}
      </div>
      ${view(app, found(app))}
    </section>`;
}
