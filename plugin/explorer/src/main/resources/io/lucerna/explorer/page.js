import { html, nothing, render } from './lit/lit-html.js';
import * as api from './api.js';
import { commands } from './commands.js';
import * as effects from './effects.js';
import * as inside from './inside.js';
import { lists, narrow, slide } from './lists.js';
import { edited, panel } from './panel.js';
import * as pin from './pin.js';
import { save } from './save.js';
import { spec } from './spec.js';
import { read, write } from './state.js';
import { change, count, number, oneLine } from './words.js';

const DEPTHS = [10, 20, 50, 100, 200, 500];

/** What of a state decides the ranking. */
const RANKS = ['topic', 'query', 'depth', 'spec', 'reads', 'edited', 'text'];

/** As in the style sheet, where the panel is above the lists. */
const stacked = matchMedia('(max-width: 1100px)');

/** What there is, and what can be done; the views are given it. */
const app = {
  model: null,
  topics: [],
  state: read(),
  answer: null,
  passage: null,
  estimates: null,
  error: '',
  specError: '',
  /** Whether the ranking that is shown is not the one that was asked for. */
  stale: false,
  busy: false,
  /** Whether the spec is not the one that was asked for last. */
  passing: false,

  /** Another state: a step in the history, and asked of the server where it changes a ranking. */
  go(change) {
    const before = app.state;
    const asIs = 'topic' in change || 'query' in change ? { other: '', pick: '', held: '', reads: '', edited: '', text: '' } : {};
    app.state = { ...before, ...asIs, ...change };
    write(app.state, true);
    const box = document.getElementById('spec');
    if (box && 'spec' in change) {
      // Where it comes out as it was, drawing leaves what was typed.
      box.value = change.spec;
    }
    return follow(before);
  },

  /**
   * Another spec, on the way to one, and asked of the server when it has answered what it was asked before. The address does not have
   * it: browsers limit how often that may change.
   */
  pass(spec) {
    app.state = { ...app.state, spec };
    app.passing = true;
    draw();
  },

  /** What was passed last is a step in the history. */
  arrive() {
    write(app.state, true);
  },

  /** Shows a document's passage, or none. */
  async open(docno, reveal) {
    const all = reveal ? 1 : app.state.all;
    app.state = { ...app.state, doc: docno, other: '', pick: '', held: '', all };
    write(app.state, true);
    draw();
    if (reveal) {
      document.querySelector(`.list.after li[data-doc="${CSS.escape(docno)}"]`)?.scrollIntoView({ block: 'center' });
    }
    await loadOpened();
  },

  /** Another view of the open passage: a step in the history where it is another view, or of another passage too. */
  show(change) {
    app.state = { ...app.state, ...change };
    write(app.state, 'view' in change || 'other' in change);
    draw();
    return loadOpened();
  },

  /** Marks a document in both lists. */
  point(docno) {
    for (const li of document.querySelectorAll('.list li')) {
      li.classList.toggle('pointed', li.dataset.doc === docno);
    }
  },

  /** Which passage is open, and for what: requests may have another text of a document for another topic. */
  opened: () => JSON.stringify([app.state.topic, app.state.query, app.state.doc]),

  draw: () => draw(),

  turn: side => app.show({ side: side === 'before' ? side : '' }),

  lengthen: () => app.show({ all: app.state.all ? 0 : 1 }),
};

/** Shows the state that comes after another. */
function follow(before) {
  if (app.error || app.stale || RANKS.some(key => before[key] !== app.state[key])) {
    return load();
  }
  draw();
  pin.load(app);
  return loadOpened();
}

let pending = null;

/** Which estimates are being made. */
let estimating = null;

function giveUpEstimates() {
  estimating?.stop.abort();
  estimating = null;
}

async function load() {
  pending?.abort();
  clearTimeout(later);
  giveUpEstimates();
  inside.giveUp();
  const mine = new AbortController();
  pending = mine;
  app.busy = true;
  app.passing = false;
  draw();
  try {
    app.answer = await api.rank(app.state, mine.signal);
    app.error = app.specError = '';
    app.stale = false;
    if (app.estimates?.error) {
      app.estimates = null;
    }
    effects.keep(app);
  } catch (e) {
    if (pending !== mine || e.name === 'AbortError') {
      return;
    }
    if (e.status === 409) {
      // What was asked before arrived behind it.
      await load();
      return;
    }
    app.specError = e.column > 0 || /^the spec/.test(e.message) ? e.message : '';
    app.error = app.specError ? '' : e.message;
    app.stale = true;
  }
  if (pending === mine) {
    app.busy = false;
    draw();
  }
  // Drawing may have asked for the next, which a slider waits for.
  if (pending === mine) {
    pin.load(app);
    await loadOpened();
  }
}

/** How long a person looks at a passage before the estimates go on, in milliseconds. */
const LOOKS = 1500;
let later = 0;

/** What belongs to the open passage; then the estimates, which that comes before. */
async function loadOpened() {
  clearTimeout(later);
  await loadPassage();
  if (inside.asks(app)) {
    giveUpEstimates();
  }
  await inside.load(app);
  clearTimeout(later);
  later = setTimeout(estimate, app.state.doc ? LOOKS : 0);
}

/**
 * In the background, for the grid of the ranking that is shown: estimates, then the exact changes of the strongest. Whatever is asked
 * next gives them up.
 */
async function estimate() {
  const { answer } = app;
  const of = answer && effects.of(answer);
  if (!answer || estimating?.of === of || effects.missing(app)) {
    return;
  }
  const mine = { of, stop: new AbortController() };
  estimating = mine;
  try {
    if (app.estimates?.of !== of) {
      app.estimates = null;
      draw();
      const { cells } = await api.estimates(answer, mine.stop.signal);
      app.estimates = { of, cells: new Map(cells.map(cell => [cell.name, cell])) };
      draw();
    }
    // Another query, and what is being explained, would have to be read again.
    if (!app.state.reads && !inside.isAsking()) {
      await effects.load(app, mine.stop.signal);
    }
  } catch (e) {
    if (estimating === mine && e.name !== 'AbortError' && e.status !== 409) {
      const hint = e.status === 503 ? '; choose fewer documents' : '';
      app.estimates = { of, cells: app.estimates?.cells ?? new Map(), error: e.message + hint };
      draw();
    }
  } finally {
    if (estimating === mine) {
      estimating = null;
    }
  }
}

async function loadPassage() {
  const { doc, topic } = app.state;
  const of = app.opened();
  if (!doc || (app.passage?.of === of && !app.passage.error)) {
    return;
  }
  const found = await api.passage(topic, doc).catch(e => ({ text: '', error: e.message }));
  if (of === app.opened()) {
    app.passage = { of, text: found.text, error: found.error };
    draw();
  }
}

/** A topic's query means the topic: that which is shown, where several have it. */
function ask(event) {
  event.preventDefault();
  const query = oneLine(new FormData(event.target).get('query'));
  const named = app.topics.find(t => oneLine(t.query) === query || t.id === query);
  const topic = (oneLine(asked()) === query && app.state.topic) || (named?.id ?? '');
  if (topic || query) {
    app.go({ topic, query: topic ? '' : query, doc: '' });
  }
}

/** The next topic of the list, or the one before. */
function step(by) {
  const at = app.topics.findIndex(t => t.id === app.state.topic);
  const next = app.topics[(Math.max(at, by < 0 ? 0 : -1) + by + app.topics.length) % app.topics.length];
  app.go({ topic: next.id, query: '', doc: '' });
}

function asked() {
  return app.state.topic ? (app.topics.find(t => t.id === app.state.topic)?.query ?? app.state.topic) : app.state.query;
}

const depth = () => app.state.depth || app.model.depth;

/** As deep as there are texts. */
const depths = () =>
  [...new Set([...DEPTHS.filter(d => d < app.model.deepest), app.model.deepest, depth()])].toSorted((a, b) => a - b);

const skip = () => document.querySelector('.grid button[tabindex="0"]')?.focus();

const head = () => html`
  <header>
    <button type="button" class="skip" @click=${skip}>Skip to the heads</button>
    <h1>Lucerna <span class="quiet">${app.model.model.label} on ${app.model.collection}</span></h1>
    <form class="ask" @submit=${ask} role="search">
      ${app.topics.length
        ? html`<button type="button" title="The topic before" aria-label="The topic before" @click=${() => step(-1)}>‹</button>
            <button type="button" title="The next topic" aria-label="The next topic" @click=${() => step(1)}>›</button>`
        : nothing}
      <input name="query" type="search" list="topics" autocomplete="off" maxlength="2000" aria-label="Query"
        placeholder=${app.model.searches ? 'A query, or a topic' : 'A topic'} .value=${oneLine(asked())}>
      <datalist id="topics">${app.topics.map(t => html`<option value=${oneLine(t.query)}>${t.id}</option>`)}</datalist>
      <label>top <select aria-label="Depth" @change=${e => app.go({ depth: Number(e.target.value) })}>
        ${depths().map(d => html`<option .selected=${d === depth()}>${d}</option>`)}</select></label>
      <button class="main">Rank</button>
      ${pin.pinButton(app)}
      <button type="button" title="One file of what is shown, for any browser, without a server" ?disabled=${!app.answer} @click=${save}>Save page</button>
      <span class="quiet topic">${app.state.topic ? `topic ${app.state.topic}` : ''}</span>
    </form>
  </header>`;

/** Read and walked through in the order in which it is seen. */
function body() {
  const rankings = html`<div class="rankings">${lists(app)} ${commands(app)}</div>`;
  return html`
    <main aria-busy=${app.busy} class=${app.stale ? 'stale' : ''}>${stacked.matches ? [panel(app), rankings] : [rankings, panel(app)]}</main>`;
}

/** What is read aloud: that a ranking is awaited; of one that is there, the first measure and how it changed. */
function said() {
  const { answer } = app;
  if (app.busy) {
    return 'ranking…';
  }
  if (!answer || app.stale) {
    return '';
  }
  const [first] = answer.measures;
  if (!first) {
    return `${count(answer.docs.length, 'document')} ranked`;
  }
  return first.changed === null
    ? `${first.name} ${number(first.plain)}`
    : `${first.name} ${number(first.changed)}, change ${change(first.changed - first.plain)}`;
}

/** What may be why there is no ranking, to be mended. */
const mend = () => html`<main><aside class="panel" aria-label="The model">${edited(app)} ${spec(app)}</aside></main>`;

const view = () => html`
  ${head()}
  <div class="bar" ?hidden=${!app.busy}></div>
  <p class="hidden" role="status">${said()}</p>
  ${app.error ? html`<p class="error" role="alert">${app.error}</p>` : nothing}
  ${app.answer ? pin.pins(app) : nothing}
  ${app.answer
    ? body()
    : app.stale && (app.state.spec || app.specError || pin.edits(app.state))
      ? mend()
      : nothing}`;

function draw() {
  document.title = `${asked() || 'Explorer'} · Lucerna`;
  slide(() => render(view(), document.getElementById('app')));
  document.documentElement.dataset.ready = String(!app.busy && !app.passing);
  if (app.passing && !app.busy) {
    load();
  }
}

narrow.addEventListener('change', draw);
stacked.addEventListener('change', draw);

addEventListener('popstate', () => {
  const before = app.state;
  app.state = read();
  follow(before);
});

try {
  [app.model, app.topics] = await Promise.all([api.model(), api.topics()]);
  if (!app.state.topic && !app.state.query && app.topics.length) {
    app.state.topic = app.topics[0].id;
    write(app.state, false);
  }
  if (app.state.topic || app.state.query) {
    await load();
  } else {
    draw();
  }
} catch (e) {
  document.getElementById('app').textContent = e.message;
}
