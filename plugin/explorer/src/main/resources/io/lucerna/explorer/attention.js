// Where heads look: small pictures of all, and one of them token by token.
import { html, nothing } from './lit/lit-html.js';
import { dusk, tone, walk, when } from './tones.js';

/** How strong the colour of an attention is: by its square root, since most are small. */
const dark = attention => Math.sqrt(attention);

/** A picture on a canvas, in the colour of the text; painted anew when that changes. */
class Picture extends HTMLElement {
  #canvas = document.createElement('canvas');
  #again = () => this.paint();

  connectedCallback() {
    this.append(this.#canvas);
    dusk.addEventListener('change', this.#again);
    this.paint();
  }

  disconnectedCallback() {
    dusk.removeEventListener('change', this.#again);
  }

  /** Cells of a size, each as strong as it is said to be, with a margin above and on the left. */
  cells(width, height, size, strength, margin = 0) {
    this.#canvas.width = margin + width * size;
    this.#canvas.height = margin + height * size;
    const context = this.#canvas.getContext('2d');
    context.fillStyle = getComputedStyle(this).color;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        context.globalAlpha = strength(row, column);
        context.fillRect(margin + column * size, margin + row * size, size, size);
      }
    }
    context.globalAlpha = 1;
    return context;
  }
}

/** All of a head's attention, smaller. */
class SmallPicture extends Picture {
  #head = null;

  set head(head) {
    if (this.#head !== head) {
      this.#head = head;
      this.paint();
    }
  }

  paint() {
    if (this.isConnected && this.#head) {
      const bytes = Uint8Array.from(atob(this.#head.image), letter => letter.charCodeAt(0));
      const { width } = this.#head;
      this.cells(width, bytes.length / width, 1, (row, column) => bytes[row * width + column] / 255);
    }
  }
}

/** Room for a token beside its row or above its column, and how large the cells must be for that. */
const MARGIN = 72;
const READABLE = 11;

/** A head's attention between some tokens, which are written where there is room; says where the pointer is. */
class Matrix extends Picture {
  #rows = null;
  #looking = [];
  #seen = [];
  #pieces = [];
  #size = 1;
  #margin = 0;

  /** Rows, with the numbers of those that are shown and of the columns, and all tokens. */
  set shown([rows, looking, seen, pieces]) {
    if (this.#rows !== rows || this.#looking.join() !== looking.join() || this.#seen.join() !== seen.join()) {
      [this.#rows, this.#looking, this.#seen, this.#pieces] = [rows, looking, seen, pieces];
      this.paint();
    }
  }

  paint() {
    if (this.isConnected && this.#rows) {
      const width = this.parentElement.clientWidth - 2 || 320;
      this.#margin = (width - MARGIN) / this.#seen.length < READABLE ? 0 : MARGIN;
      this.#size = Math.max(2, Math.min(24, Math.floor((width - this.#margin) / this.#seen.length)));
      const context = this.cells(this.#seen.length, this.#looking.length, this.#size,
        (row, column) => dark(this.#rows[this.#looking[row]][this.#seen[column]]), this.#margin);
      if (this.#margin) {
        this.#write(context);
      }
    }
  }

  /** Tokens beside the rows, unless a decoder's one position looks, and above the columns. */
  #write(context) {
    const { font } = getComputedStyle(this);
    context.font = font;
    context.textBaseline = 'middle';
    const place = i => MARGIN + (i + .5) * this.#size;
    if (this.#rows.length === this.#pieces.length) {
      context.textAlign = 'right';
      this.#looking.forEach((token, i) => context.fillText(this.#pieces[token], MARGIN - 4, place(i), MARGIN - 4));
    }
    context.textAlign = 'left';
    context.rotate(-Math.PI / 2);
    this.#seen.forEach((token, i) => context.fillText(this.#pieces[token], 4 - MARGIN, place(i), MARGIN - 4));
  }

  /** The tokens under the pointer: which looks, and at which. */
  at(event) {
    const box = this.querySelector('canvas').getBoundingClientRect();
    const row = this.#looking[Math.floor((event.clientY - box.top - this.#margin) / this.#size)];
    const column = this.#seen[Math.floor((event.clientX - box.left - this.#margin) / this.#size)];
    return row === undefined || column === undefined ? null : { row, column };
  }
}

customElements.define('small-picture', SmallPicture);
customElements.define('attention-matrix', Matrix);

const PARTS = {
  all: ['all tokens', () => true, () => true],
  there: ['query to passage', token => token.from === 'query', token => token.from === 'passage'],
  back: ['passage to query', token => token.from === 'passage', token => token.from === 'query'],
};

/** The token that the pointer is over, which comes before the held one. */
let over = { side: '', token: -1 };

const percent = share => (100 * share).toFixed(1) + '%';

const written = attention => attention.toFixed(4);

const said = head =>
  head.name + (head.toPassage === undefined ? '' : `: query to passage ${percent(head.toPassage)}, back ${percent(head.toQuery)}`);

function pictures(app, side, titled) {
  const rows = Map.groupBy(side.heads, head => /^[LD]\d+/.exec(head.name)[0]);
  return html`
    ${titled ? html`<h3>${side.side === 'query' ? 'Query' : 'Passage'}</h3>` : nothing}
    <div class="scroll"><table class="pictures"><caption class="hidden">Attention of all heads, by layer</caption>
      <thead><tr><th></th>${([...rows.values()][0] ?? []).map((_, head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody @keydown=${walk}>
      ${[...rows].map(([layer, heads], row) => html`<tr><th scope="row">${layer}</th>${heads.map((head, column) => html`
        <td><button type="button" title=${said(head)} aria-label=${said(head)} aria-pressed=${app.state.head === head.name}
          tabindex=${row + column === 0 ? 0 : -1}
          @click=${() => app.show({ head: app.state.head === head.name ? '' : head.name })}><small-picture .head=${head}></small-picture></button></td>`)}</tr>`)}
    </tbody></table></div>`;
}

/** What the held token looks at, or is looked at by. */
const along = (rows, token, way) => (way === 'from' ? rows[token] : rows.map(row => row[token]));

/** Whether tokens look at tokens: else a decoder looks, from its one position, and there is nothing to hold. */
const isSquare = (side, head) => head.rows.length === side.tokens.length;

const of = (which, side) => (which.side === side.side && which.token < side.tokens.length ? which.token : -1);

/** The address has the part, the way and the held token; this is what it says, or else how it begins. */
const partOf = ({ state }) => (Object.hasOwn(PARTS, state.part) ? state.part : 'all');
const wayOf = ({ state }) => (state.way === 'to' ? 'to' : 'from');

/** The held token of this side, if one is. */
function heldOf(app, side) {
  const [name, token] = app.state.held.split('.');
  return /^\d+$/.test(token) ? of({ side: name, token: Number(token) }, side) : -1;
}

/** The one whose attention is shown. */
const shownOf = (app, side) => (of(over, side) < 0 ? heldOf(app, side) : of(over, side));

function hover(app, side, token) {
  over = { side: side.side, token };
  app.draw();
}

const hold = (app, side, token) => app.show({ held: heldOf(app, side) === token ? '' : `${side.side}.${token}` });

function tokens(app, side, head) {
  const square = isSquare(side, head);
  const token = shownOf(app, side);
  const values = !square ? head.rows[0] : token < 0 ? null : along(head.rows, token, wayOf(app));
  const most = values && Math.max(...values);
  return html`<p class="tokens" @keydown=${walk} @pointerleave=${() => hover(app, side, -1)}>${side.tokens.map((one, i) => html`<button type="button"
      class=${one.from ? 'token ' + one.from : 'token special'} aria-pressed=${square ? heldOf(app, side) === i : nothing}
      aria-disabled=${square ? nothing : 'true'} tabindex=${i ? -1 : 0} data-tone=${values ? tone(dark(values[i]), dark(most)) : 0}
      aria-label=${values ? `${one.piece} ${written(values[i])}` : one.piece} title=${values ? written(values[i]) : ''}
      @pointerenter=${() => square && hover(app, side, i)} @click=${() => square && hold(app, side, i)}>${one.piece}</button> `)}</p>`;
}

/** The tokens that the held one, or the decoder, looks at most. */
function most(app, side, head) {
  const square = isSquare(side, head);
  const token = shownOf(app, side);
  const way = square ? wayOf(app) : 'from';
  if (square && token < 0) {
    return html`<p class="quiet most">Point at a token, or pick it: how much it attends to each of the others.</p>`;
  }
  const values = (square ? along(head.rows, token, way) : head.rows[0]).map((value, i) => ({ value, i })).toSorted((a, b) => b.value - a.value).slice(0, 6);
  return html`<p class="quiet most"><b>${square ? side.tokens[token].piece : 'the decoder'}</b> ${way === 'from' ? 'attends to' : 'is attended to by'}
    ${values.map(({ value, i }, n) => html`${n ? ', ' : ''}${side.tokens[i].piece} ${written(value)}`)}</p>`;
}

function point(event, side, rows) {
  const at = event.currentTarget.at(event);
  const line = event.currentTarget.closest('.head').querySelector('.said');
  line.textContent = at
    ? `${side.tokens[at.row]?.piece ?? 'the decoder'} attends to ${side.tokens[at.column].piece}: ${written(rows[at.row][at.column])}`
    : '';
}

function one(app, side) {
  const head = side.heads[0];
  const square = isSquare(side, head);
  const pair = side.side === 'pair' && square;
  const [, looks, seen] = PARTS[pair ? partOf(app) : 'all'];
  const numbers = side.tokens.map((_, i) => i);
  const looking = square
    ? numbers.filter(i => looks(side.tokens[i]))
    : head.rows.map((_, i) => i);
  const columns = numbers.filter(i => seen(side.tokens[i]));
  return html`
    <div class=${'head of-' + side.side}>
      <div class="choices">
        ${pair ? html`<span role="group" aria-label="Which tokens">${Object.entries(PARTS).map(([name, [title]]) => html`
            <button type="button" aria-pressed=${partOf(app) === name} @click=${() => app.show({ part: name })}>${title}</button>`)}</span>` : nothing}
        ${square ? html`<span role="group" aria-label="Which way">${[['from', 'it attends to'], ['to', 'attends to it']].map(([name, title]) => html`
          <button type="button" aria-pressed=${wayOf(app) === name} @click=${() => app.show({ way: name })}>${title}</button>`)}</span>` : nothing}
      </div>
      ${tokens(app, side, head)}
      ${most(app, side, head)}
      <div class="matrix"><attention-matrix .shown=${[head.rows, looking, columns, side.tokens.map(token => token.piece)]} role="img"
        aria-label="Who attends to whom in ${head.name}: rows attend, columns are attended to"
        @pointermove=${event => point(event, side, head.rows)} @pointerleave=${event => point(event, side, head.rows)}
        @click=${event => { const at = event.currentTarget.at(event); if (at && square) { hold(app, side, at.row); } }}></attention-matrix></div>
      <p class="said quiet" aria-hidden="true"></p>
      <p class="quiet">Rows attend, columns are attended to; the colour is as strong as the square root, so that small numbers are seen.</p>
    </div>`;
}

export function attention(app, found) {
  return html`
    ${app.state.spec ? html`<p class="quiet">Of the changed model.</p>` : nothing}
    ${app.state.other ? html`<p class="quiet">Of ${app.state.doc} alone: attention is not compared.</p>` : nothing}
    ${when(found.heads, ({ sides }) => html`
      ${sides.toReversed().map(side => pictures(app, side, sides.length > 1))}
      ${app.state.head
        ? when(found.head, answer => answer.sides.toReversed().map(side => html`
            <h3>${app.state.head}${answer.sides.length > 1 ? `, ${side.side}` : ''} <span class="quiet">${side.heads[0]?.point}</span></h3>${side.heads.length ? one(app, side) : nothing}`))
        : html`<p class="quiet">Pick a head to see it token by token.</p>`}`)}`;
}
