// The spec line: what is done to the model, in words.
import { html, nothing } from './lit/lit-html.js';
import { interventions, MINUS, replace } from './words.js';

const MOST = 8;

/** Points that the word before the caret may become, and which of them is chosen. */
let offers = [];
let chosen = 0;

/** Where the caret was when they were offered: for another place they are not meant. */
let caret = 0;

const meant = box => box.selectionStart === caret && box.selectionEnd === caret;

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
  caret = box.selectionStart;
  app.draw();
}

function close(app) {
  offers = [];
  app.draw();
}

/** The caret was moved, by a key or the pointer. */
function leave(app, { target }) {
  if (offers.length && !meant(target)) {
    close(app);
  }
}

function accept(app, point) {
  const box = document.getElementById('spec');
  const word = meant(box) ? wordOf(box) : null;
  if (word !== null) {
    box.setRangeText(point + ' ', caret - word.length, caret, 'end');
    box.focus();
  }
  close(app);
}

/** With offers, the arrows choose and Tab or Enter takes; without, Enter applies: a spec is one line. */
function press(app, event) {
  // A key that is held moves the caret without having been let go.
  leave(app, event);
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

/** What a slider sets: of an operation, the setting, and its value where it is not given. */
const DOSES = { add: { key: 'dose', usual: '1', says: 'dose' }, scale: { key: 'by', says: 'factor' } };
const WIDEST = 4;

const setting = key => new RegExp(`(\\s${key}=)("[^"]*"|\\S+)`);

const parsed = text => Number(text?.replaceAll('"', ''));

/** What of a spec has a dose: each with how much, and the largest that its slider offers. */
const doses = spec =>
  interventions(spec)
    .map(one => ({ one, ...DOSES[/^\S+/.exec(one)[0]] }))
    .filter(({ key }) => key)
    .map(given => ({ ...given, dose: parsed(setting(given.key).exec(given.one)?.[2] ?? given.usual) }))
    .filter(({ dose }) => Number.isFinite(dose))
    .map(given => ({ ...given, most: Math.max(WIDEST, 2 ** Math.ceil(Math.log2(Math.abs(given.dose) || 1))) }));

const withDose = ({ one, key }, dose) => (setting(key).test(one) ? one.replace(setting(key), `$1${dose}`) : `${one} ${key}=${dose}`);

/** Where the slider that is being moved began: its range stays until it is let go. */
let held = null;

/** The list follows the slider; a movement from where it was taken to where it is let go is one step of the history. */
function slide(app, number, given, dose) {
  held ??= { number, most: given.most };
  app.pass(replace(app.state.spec, given.one, withDose(given, dose)));
}

/** To a browser, a movement back to where it began is no change: it ends with the pointer. */
function letGo(app) {
  if (held) {
    held = null;
    app.arrive();
  }
}

const sliders = app => html`${doses(app.state.spec).map((given, number) => {
  const most = held?.number === number ? held.most : given.most;
  return html`
    <label class="dose"><span>${given.says} of ${given.one.split(/\s+/)[1]}</span>
      <input type="range" min=${-most} max=${most} step=${most / 40} .value=${String(given.dose)}
        @input=${e => slide(app, number, given, Number(e.target.value))}
        @change=${() => letGo(app)} @pointerup=${() => letGo(app)}>
      <output>${String(given.dose).replace('-', MINUS)}</output></label>`;
})}`;

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
        @input=${event => offer(app, event.target)} @keydown=${event => press(app, event)}
        @keyup=${event => leave(app, event)} @click=${event => leave(app, event)} @blur=${() => close(app)}></textarea>
      ${offers.length ? listed(app) : nothing}
      <button>Apply</button>
      <button type="button" ?disabled=${!app.state.spec} @click=${() => app.go({ spec: '' })}>Restore all</button>
    </form>
    ${sliders(app)}
    ${app.specError ? fault(app.specError) : nothing}
    ${!app.specError && app.answer?.notes.length
      ? html`<details class="quiet"><summary>What it touched</summary>
          <ul>${app.answer.notes.map(note => html`<li>${note}</li>`)}</ul></details>`
      : nothing}`;
}
