// The spec line: what is done to the model, in words.
import { html, nothing } from './lit/lit-html.js';

const MOST = 8;

/** Points that the word before the caret may become, and which of them is chosen. */
let offers = [];
let chosen = 0;

/** The word before the caret, if it is in the place of a point: behind the operation, or a comma. */
function wordOf(box) {
  const before = box.value.slice(0, box.selectionStart);
  const intervention = before.slice(before.lastIndexOf(';') + 1);
  const found = /^\s*\S+\s+(?:\S+,)*([^\s,=]*)$/.exec(intervention);
  return found ? found[1] : null;
}

function offer(app, box) {
  const word = wordOf(box);
  const fits = word ? app.model.points.filter(point => point.includes(word) && point !== word) : [];
  offers = [...fits.filter(p => p.startsWith(word)), ...fits.filter(p => !p.startsWith(word))].slice(0, MOST);
  chosen = 0;
  app.draw();
}

function close(app) {
  offers = [];
  app.draw();
}

function accept(app, point) {
  const box = document.getElementById('spec');
  const end = box.selectionStart;
  box.setRangeText(point + ' ', end - wordOf(box).length, end, 'end');
  box.focus();
  close(app);
}

/** With offers, the arrows choose and Tab or Enter takes; without, Enter applies: a spec is one line. */
function press(app, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (offers.length && step) {
    chosen = (chosen + step + offers.length) % offers.length;
    app.draw();
  } else if (offers.length && (event.key === 'Tab' || event.key === 'Enter')) {
    accept(app, offers[chosen]);
  } else if (offers.length && event.key === 'Escape') {
    close(app);
  } else if (event.key === 'Enter') {
    event.target.form.requestSubmit();
  } else {
    return;
  }
  event.preventDefault();
}

const listed = app => html`
  <ul id="offers" role="listbox" aria-label="Hook points">${offers.map((point, i) => html`
    <li role="option" id="offer-${i}" aria-selected=${i === chosen}
      @pointerdown=${event => { event.preventDefault(); accept(app, point); }}>${point}</li>`)}</ul>`;

/** What is wrong, then the spec with a caret below the place. */
function fault(message) {
  const [what, ...where] = message.split('\n');
  return html`<div class="error" role="alert"><p>${what}</p>${where.length ? html`<pre>${where.join('\n')}</pre>` : nothing}</div>`;
}

export function spec(app) {
  const typed = event => {
    event.preventDefault();
    offers = [];
    app.go({ spec: new FormData(event.target).get('spec').trim() });
  };
  return html`
    <form class="spec" @submit=${typed}>
      <label for="spec">Spec</label>
      <textarea id="spec" name="spec" rows="3" autocomplete="off" spellcheck="false" maxlength="16000"
        placeholder="zero blocks.3.attn.hook_z head=7 at=match" .value=${app.state.spec}
        aria-invalid=${Boolean(app.specError)} aria-controls="offers"
        aria-activedescendant=${offers.length ? `offer-${chosen}` : ''}
        @input=${event => offer(app, event.target)} @keydown=${event => press(app, event)} @blur=${() => close(app)}></textarea>
      ${offers.length ? listed(app) : nothing}
      <button>Apply</button>
      <button type="button" ?disabled=${!app.state.spec} @click=${() => app.go({ spec: '' })}>Restore all</button>
    </form>
    ${app.specError ? fault(app.specError) : nothing}
    ${!app.specError && app.answer.notes.length
      ? html`<details class="quiet"><summary>What it touched</summary>
          <ul>${app.answer.notes.map(note => html`<li>${note}</li>`)}</ul></details>`
      : nothing}`;
}
