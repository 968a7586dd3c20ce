// The command lines that give the numbers of the page.
import { html, nothing } from './lit/lit-html.js';
import * as api from './api.js';

/** Whether the panel is open, the lines of which state there are and for which answer they were asked, and what was copied last. */
let open = false;
let shown = null;
let copied = '';

const of = state => JSON.stringify(Object.values(state));

/** Asks for the lines of what is shown, where nobody has; once more for each answer, if there were none. */
async function load(app) {
  const { answer } = app;
  const { topic, query, depth, spec, reads, edited, text, docs } = answer;
  // No line explains what the model has not read.
  const doc = docs.some(one => one.docno === app.state.doc) ? app.state.doc : '';
  const state = { topic, query, depth, spec, doc, reads, edited, text };
  if (shown?.of === of(state) && (!shown.error || shown.answer === answer)) {
    return;
  }
  const mine = (shown = { of: of(state), answer, lines: shown?.lines ?? [], notes: [], error: '' });
  try {
    Object.assign(mine, await api.commands(state));
  } catch (e) {
    Object.assign(mine, { lines: [], error: e.message });
  }
  if (shown === mine) {
    app.draw();
  }
}

/** Into the clipboard, which a page from another machine has only for what is selected. */
async function copy(app, text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text).catch(() => select(text));
  } else {
    select(text);
  }
  copied = text;
  app.draw();
}

function select(text) {
  const box = document.createElement('textarea');
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand('copy');
  box.remove();
}

const button = (app, text, words, what) => html`
  <button type="button" aria-label="Copy ${what}" @click=${() => copy(app, text)}>${copied === text ? 'copied' : words}</button>`;

export function commands(app) {
  if (open) {
    load(app);
  }
  const lines = shown?.lines ?? [];
  const edits = app.answer.reads || app.answer.edited;
  const toggle = event => {
    open = event.target.open;
    if (open) {
      shown = shown?.error ? null : shown;
      load(app);
    }
  };
  return html`
    <details class="commands" ?open=${open} @toggle=${toggle}>
      <summary>As commands</summary>
      ${shown?.error ? html`<p class="error" role="alert">${shown.error}</p>` : nothing}
      ${lines.length
        ? html`<p class="quiet">For a shell, where this server was started${edits ? '' : '; they give the numbers of this page'}.
            ${button(app, lines.map(one => one.line).join('\n'), 'copy all', 'all lines')}</p>`
        : nothing}
      <ol>${lines.map(({ gives, line }) => html`
        <li><span class="gives">${gives}</span> ${button(app, line, 'copy', gives)}
          <code>${line.split(' ').map((word, i) => html`${i ? ' ' : ''}<span>${word}</span>`)}</code></li>`)}</ol>
      ${edits
        ? html`<p class="quiet">The lines are of the texts as they are; of the edited ones, <code>explain -query … -passage …</code> gives score and parts.</p>`
        : nothing}
      ${shown?.notes.map(note => html`<p class="quiet">${note}</p>`)}
    </details>`;
}
