// Which words and which parts of the model make a score, and what puts one passage above another.
import { html, nothing } from './lit/lit-html.js';
import { changes, click, inForce } from './cells.js';
import { bar, limit, scale, signed, tiny, tone, walk, when } from './tones.js';

const SHOWN = 8;
const PRODUCT = 'with';

/** Whether components are to be divided among words: once one of either is picked. */
export const detailed = app => Boolean(app.state.pick);

const sum = values => values.reduce((a, b) => a + b, 0);

/** A pick is a word (`w`), component (`c`) or term (`t`) of a side, by number. */
function picked(app) {
  const found = /^([wct])(\d)\.(\d+)$/.exec(app.state.pick);
  return found && { kind: found[1], side: Number(found[2]), n: Number(found[3]), name: app.state.pick };
}

const pick = (app, name) => app.show({ pick: app.state.pick === name ? '' : name });

/** Says what is pointed at, without drawing anything anew. */
export function point(event) {
  const button = event.target.closest('[data-said]');
  const line = event.currentTarget.querySelector('.said');
  if (line) {
    line.textContent = button ? button.dataset.said : '';
  }
}

const titles = { pair: 'Query and passage, read together', query: 'Query', passage: 'Passage' };

/** Words, each with the punctuation behind it, which no line begins with. */
function pieces(words) {
  const all = [];
  words.forEach((word, i) => {
    const last = all.at(-1);
    if (last && !word.gap && last.length < 3 && /^\p{P}+$/u.test(word.text)) {
      last.push(i);
    } else {
      all.push([i]);
    }
  });
  return all;
}

/** The query's words, in small letters. */
const asked = passage =>
  new Set(passage.sides.flatMap(one => one.words).filter(word => word.from === 'query' && /[\p{L}\p{N}]/u.test(word.text))
    .map(word => word.text.toLowerCase()));

/**
 * Words on grounds that say what they add, or what `values` say instead; those in `marked` are underlined. Without a number none can
 * be picked; the keyboard reaches what they say all the same.
 */
function words(app, side, number, values, most, marked, framed = []) {
  const chosen = app.state.pick;
  const fixed = number === null;
  const button = i => {
    const word = side.words[i];
    const name = `w${number}.${i}`;
    const said = `${word.text} ${signed(values[i])}`;
    const kind = word.from === '' ? 'word special' : word.from === 'passage' && marked.has(word.text.toLowerCase()) ? 'word match' : 'word';
    return html`<button type="button" class=${kind + (framed.includes(i) ? ' framed' : '')}
      data-tone=${tone(values[i], most)} data-said=${said} title=${signed(values[i])} aria-label=${said}
      aria-pressed=${fixed ? nothing : chosen === name} aria-disabled=${fixed ? 'true' : nothing} tabindex=${i === 0 ? 0 : -1}
      @click=${() => fixed || pick(app, name)}>${word.text}</button>`;
  };
  return html`<p class="words" @keydown=${walk}>${pieces(side.words).map(piece =>
    html`${piece[0] && side.words[piece[0]].gap ? ' ' : ''}<span class="piece">${piece.map(button)}</span>`)}</p>`;
}

/** Heads and MLPs by layer; `values` by component. Without a number none can be picked. */
function grid(app, side, number, values, most) {
  const fixed = number === null;
  const rows = new Map();
  side.components.forEach((component, i) => {
    const [, layer, column] = /^([LD]\d+)(.*)$/.exec(component.name);
    rows.set(layer, [...(rows.get(layer) ?? []), { column, name: component.name, i }]);
  });
  return html`
    <div class="scroll"><table class="components"><caption class="hidden">What heads and MLPs add, by layer</caption>
      <tbody @keydown=${walk}>${[...rows].map(([layer, cells], row) => html`
        <tr><th scope="row">${layer}</th>${cells.map((cell, column) => {
          const name = `c${number}.${cell.i}`;
          const said = `${cell.name} ${signed(values[cell.i])}`;
          return html`<td><button type="button" data-tone=${tone(values[cell.i], most)} data-said=${said}
            title=${said} aria-label=${said} aria-pressed=${fixed ? nothing : app.state.pick === name} aria-disabled=${fixed ? 'true' : nothing}
            tabindex=${row + column === 0 ? 0 : -1} @click=${() => fixed || pick(app, name)}>${cell.column.replace('H', '')}</button></td>`;
        })}</tr>`)}
      </tbody></table></div>`;
}

/** The largest of some named numbers, and the sum of the others where they add up. */
function largest(title, rows, what = 'adds') {
  const sorted = rows.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const most = Math.abs(sorted[0]?.value ?? 1) || 1;
  const others = sorted.slice(SHOWN);
  return html`
    <table class="largest"><thead><tr><th scope="col" colspan="2">${title}</th><th scope="col">${what}</th></tr></thead><tbody>
      ${sorted.slice(0, SHOWN).map(row => html`
        <tr><th scope="row">${row.name}${row.of ? html` <span class="quiet">${row.of}</span>` : nothing}</th>
          <td>${bar(row.value, most)}</td><td class="n">${signed(row.value)}</td></tr>`)}
      ${others.length && what === 'adds'
        ? html`<tr class="quiet"><th scope="row">${others.length} others</th><td></td><td class="n">${signed(sum(others.map(row => row.value)))}</td></tr>`
        : nothing}
    </tbody></table>`;
}

/** Parts that add up. */
const equation = (score, parts) => html`
  <p class="sum"><b>${String(score).replace('-', '\u2212')}</b> = ${parts.map(([name, value, text], i) => html`${i ? ' ' : ''}<span class="part">${name} ${text ?? signed(value, 4)}</span>`)}</p>`;

/** What a pick says instead of the score's own parts; null while it is not there. */
function chosen(app, passage, detail) {
  const at = picked(app);
  const full = detail?.value?.passages[0];
  const side = full?.sides[at?.side];
  if (!at || !side) {
    return null;
  }
  const { meeting } = full;
  if (at.kind === 't' && meeting?.terms[at.n]) {
    const term = meeting.terms[at.n];
    return {
      title: `The term ${term.text}: ${signed(term.adds)}`,
      words: new Map([[full.sides.length - 1, meeting.rows[at.n]]]),
      rows: full.sides.at(-1).words.map((word, i) => ({ name: word.text, value: meeting.rows[at.n][i] })),
      what: 'from the word',
    };
  }
  if (at.kind === 'c' && side.components[at.n]) {
    const component = side.components[at.n];
    return {
      component: component.name,
      title: `${component.name} adds ${signed(component.adds)}`,
      words: new Map([[at.side, component.words]]),
      rows: side.words.map((word, i) => ({ name: word.text, of: side.side === 'pair' ? word.from : '', value: component.words[i] })),
      what: 'from the word',
    };
  }
  if (at.kind !== 'w' || !side.words[at.n]) {
    return null;
  }
  const word = side.words[at.n];
  const through = side.components.map(component => component.words[at.n]);
  const met = side.side === 'query' && meeting && meeting.kind !== 'terms' ? meeting.rows[at.n] : null;
  const read = full.sides.at(-1).words;
  const taken = meeting?.taken[at.n] ?? [];
  return {
    title: met && meeting.kind === 'maxsim'
      ? `${word.text} takes ${taken.map(i => read[i].text).join(', ')}`
      : `${word.text} adds ${signed(word.adds)}`,
    words: met ? new Map([[full.sides.length - 1, met]]) : new Map(),
    framed: met ? taken : [],
    components: new Map([[at.side, through]]),
    rows: met
      ? read.map((one, i) => ({ name: one.text, value: met[i] }))
      : [...side.components.map((component, i) => ({ name: component.name, value: through[i] })), { name: 'straight', value: word.straight }],
    what: met ? (meeting.kind === 'maxsim' ? PRODUCT : 'together with') : 'through',
  };
}

const MEETING = 'm';

/** What words of the query and of the passage have together, the most first. */
function meet(app, passage, detail) {
  if (app.state.pick !== MEETING) {
    return nothing;
  }
  const full = detail?.value?.passages[0];
  if (!full) {
    return html`<p class="quiet" role="status">${detail?.error ?? 'Looking where they meet…'}</p>`;
  }
  const { meeting } = full;
  const [queried, read] = full.sides.map(side => side.words);
  if (meeting.kind === 'terms') {
    return terms(app, meeting, full.sides.length - 1);
  }
  const pairs = meeting.kind === 'maxsim'
    ? meeting.taken.flatMap((places, q) => places.map(p => ({ q, p })))
    : meeting.rows.flatMap((row, q) => row.map((_, p) => ({ q, p })));
  const value = ({ q, p }) => meeting.rows[q][p];
  const shown = meeting.kind === 'maxsim' ? pairs : pairs.toSorted((a, b) => Math.abs(value(b)) - Math.abs(value(a))).slice(0, SHOWN);
  const most = Math.max(...shown.map(pair => Math.abs(value(pair)))) || 1;
  return html`<div class="card" role="status"><table class="largest"><thead><tr><th scope="col">query</th>
      <th scope="col" colspan="2">${meeting.kind === 'maxsim' ? 'takes of the passage' : 'with the passage’s'}</th>
      <th scope="col">${meeting.kind === 'maxsim' ? 'product' : 'adds'}</th></tr></thead><tbody>
    ${shown.map(pair => html`<tr><th scope="row">${queried[pair.q].text}</th><td>${read[pair.p].text}</td>
      <td>${bar(value(pair), most)}</td><td class="n">${signed(value(pair))}</td></tr>`)}</tbody></table></div>`;
}

function terms(app, meeting, side) {
  const most = limit(meeting.terms.map(term => term.adds));
  return html`<h4>The terms that both texts have, and add most</h4>
    <p class="words" @keydown=${walk}>${meeting.terms.map((term, i) => {
      const said = `${term.text} ${signed(term.adds)}`;
      return html`<button type="button" class="word" data-tone=${tone(term.adds, most)} data-said=${said} title=${signed(term.adds)}
        aria-label=${said} aria-pressed=${app.state.pick === `t${side}.${i}`} tabindex=${i ? -1 : 0}
        @click=${() => pick(app, `t${side}.${i}`)}>${term.text}</button> `;
    })}</p>`;
}

/** The words that add most, and those that take most away. */
function lead(passage) {
  const words = passage.sides.at(-1).words.toSorted((a, b) => b.adds - a.adds);
  const listed = some => some.map((word, i) => html`${i ? ', ' : ''}“${word.text}” ${signed(word.adds)}`);
  const less = words.filter(word => word.adds < 0).slice(-2).toReversed();
  return html`<p class="lead">Most comes from ${listed(words.filter(word => word.adds > 0).slice(0, 4))}.
    ${less.length ? html`<span>Against it: ${listed(less)}.</span>` : nothing}</p>`;
}

function one(app, passage, detail) {
  const pickedNow = chosen(app, passage, detail);
  const own = limit(passage.sides.flatMap(side => side.words.map(word => word.adds)));
  return html`
    ${lead(passage)}
    ${passage.sides.length > 1
      ? html`<p><button type="button" class="meets" aria-pressed=${app.state.pick === MEETING} @click=${() => pick(app, MEETING)}>Where query and passage meet</button></p>
          ${meet(app, passage, detail)}`
      : nothing}
    ${picked(app)?.kind === 't' && detail?.value ? terms(app, detail.value.passages[0].meeting, passage.sides.length - 1) : nothing}
    ${passage.sides.length > 1
      ? html`<p class="quiet">The same score is divided twice: among the words of the query, and among those of the passage.</p>`
      : nothing}
    ${passage.sides.map((side, s) => {
      const values = pickedNow?.words.get(s);
      const parts = pickedNow?.components?.get(s);
      const adds = side.components.map(component => component.adds);
      return html`
        <h3>${titles[side.side]}</h3>
        ${words(app, side, s, values ?? side.words.map(word => word.adds), values ? limit(values) : own, asked(passage), values && pickedNow.framed)}
        ${s === passage.sides.length - 1 && passage.unread ? html`<p class="unread quiet" title="The model reads no further">${passage.unread}</p>` : nothing}
        ${equation(passage.score, [
          ['words', sum(side.words.map(word => word.adds))],
          ['biases', side.biases],
          ['rounding', side.rounding, tiny(side.rounding)],
        ])}
        ${s === passage.sides.length - 1
          ? html`<p class="said quiet" aria-hidden="true"></p>${scale(values ? limit(values) : own, 'takes away', 'adds')}
              <p class="quiet"><span class="match">Underlined</span>: words of the query.</p>`
          : nothing}
        ${pickedNow && picked(app).side === s ? card(app, pickedNow) : waiting(app, s, detail)}
        <details ?open=${s === passage.sides.length - 1}><summary>Heads and MLPs${parts ? `: what “${side.words[picked(app).n].text}” acts through` : ''}</summary>
          ${grid(app, side, s, parts ?? adds, limit(parts ?? adds))}
          ${scale(limit(parts ?? adds), 'takes away', 'adds')}
          ${parts ? nothing : equation(passage.score, [
            ['heads and MLPs', sum(adds)],
            ['straight from the embeddings', side.embeddings],
            ['biases on that way', side.straightBiases],
            ['rounding', side.straightRounding, tiny(side.straightRounding)],
          ])}
        </details>`;
    })}
    ${pickedNow
      ? nothing
      : html`<p class="quiet">Pick a word: the heads and MLPs that it acts through${passage.sides.length > 1
            ? ', and of a word of the query, the words of the passage that it meets'
            : ''}. Pick one of those: its words.</p>
          ${tables(passage)}`}`;
}

/** What else can be asked of a component. */
function further(app, name) {
  const cell = app.model.cells.find(one => one.name === name);
  const way = cell && changes(inForce(app))(cell);
  return html`<p>
    ${/[HX]\d+$/.test(name)
      ? html`<button type="button" @click=${() => app.show({ view: 'attention', head: name, pick: '' })}>Its attention</button>`
      : nothing}
    ${cell
      ? html`<button type="button" @click=${() => click(app, cell, way ?? 'cut')}>${way ? 'Restore it' : 'Cut it'}</button>`
      : nothing}</p>`;
}

/** What was picked, and its largest parts. */
const card = (app, one) => html`
  <div class="card" role="status"><p><b>${one.title}</b>
    <button type="button" class="close" aria-label="Back to the whole score" @click=${() => app.show({ pick: '' })}>×</button></p>
    ${one.component ? further(app, one.component) : nothing}
    ${largest(one.what, one.rows, one.what === PRODUCT ? 'product' : 'adds')}</div>`;

const waiting = (app, side, detail) =>
  picked(app)?.side === side && !detail?.value
    ? html`<p class="quiet" role="status">${detail?.error ?? 'Dividing the score among words and components…'}</p>`
    : nothing;

function tables(passage) {
  const side = passage.sides.at(-1);
  return html`<div class="beside">
    ${largest('word', side.words.map(word => ({ name: word.text, of: side.side === 'pair' ? word.from : '', value: word.adds })))}
    ${largest('component', [
      ...side.components.map(component => ({ name: component.name, value: component.adds })),
      { name: 'embeddings', value: side.embeddings }, { name: 'biases', value: side.straightBiases },
    ])}</div>`;
}

/** A word that a passage lacks adds nothing to its score. */
const there = value => (value === 0 ? '–' : signed(value));

/** Rows of two scores, the largest difference first. */
function against(title, rows, names, count) {
  const most = Math.abs((rows[0]?.one ?? 1) - (rows[0]?.other ?? 0)) || 1;
  return html`
    <div class="scroll"><table class="largest against"><thead><tr><th scope="col">${title}</th><th scope="col">${names[0]}</th><th scope="col">${names[1]}</th>
      <th scope="col" colspan="2">difference</th></tr></thead><tbody>
      ${rows.slice(0, count).map(row => html`
        <tr><th scope="row">${row.name}</th><td class="n">${there(row.one)}</td><td class="n">${there(row.other)}</td>
          <td>${bar(row.one - row.other, most)}</td><td class="n">${signed(row.one - row.other)}</td></tr>`)}
    </tbody></table></div>`;
}

/** The words with the largest differences in one direction. */
const strongest = (words, sign) =>
  words.filter(row => sign * (row.one - row.other) > 0).slice(0, 4)
    .map((row, i) => html`${i ? ', ' : ''}${row.name === '(biases)' ? 'biases' : `“${row.name}”`} ${signed(row.one - row.other)}`);

/** Said of a division where a spec is in force, which it knows nothing of. */
export const undivided = ({ state }) =>
  state.spec ? html`<p class="quiet">Of the plain model: what the spec changes is not divided.</p>` : nothing;

/** What puts one passage above another, or what an edit does to the score of one. */
export function difference(app, { passages, difference: found }) {
  const same = passages[0].docno === passages[1].docno;
  const names = same ? ['now', 'before'] : passages.map(passage => passage.docno);
  const most = limit(passages.flatMap(passage => passage.sides.at(-1).words.map(word => word.adds)));
  const side = passages[0].sides.at(-1);
  const byName = new Map(found.components.map(row => [row.name, row.one - row.other]));
  const values = side.components.map(component => byName.get(component.name));
  const { full } = app.state;
  const count = full ? Infinity : SHOWN;
  return html`
    <p class="lead">${same
        ? html`The edit changes the score by ${signed(found.score, 6)}.`
        : html`<b>${names[0]}</b> is ${found.score < 0 ? 'below' : 'above'} <b>${names[1]}</b>: ${signed(found.score, 6)}.`}
      ${[[same ? 'More' : `For ${names[0]}`, 1], [same ? 'Less' : `For ${names[1]}`, -1]].map(([title, sign]) => html`<span>${title}: ${strongest(found.words, sign)}</span>`)}</p>
    ${passages.map((passage, i) => html`<h3>${names[i]} <span class="quiet">${passage.score}</span></h3>
      ${words(app, passage.sides.at(-1), null, passage.sides.at(-1).words.map(word => word.adds), most, asked(passage))}`)}
    <p class="said quiet" aria-hidden="true"></p>
    ${scale(most, 'takes away', 'adds')}
    ${against('word', found.words, names, count)}
    <p class="quiet">A word counts wherever it stands. All words and biases together are the difference, but for rounding of ${tiny(found.rounding)}.</p>
    <details open><summary>Heads and MLPs: what each adds beyond</summary>
      ${grid(app, side, null, values, limit(values))}
      ${scale(limit(values), `for ${names[1]}`, `for ${names[0]}`)}
      ${against('component', found.components, names, count)}</details>
    ${found.words.length > SHOWN
      ? html`<button type="button" @click=${() => app.show({ full: full ? 0 : 1 })}>${full ? `show the largest ${SHOWN}` : 'show all words and components'}</button>`
      : nothing}`;
}

/** Which passage is compared with, if any. */
export function compare(app) {
  const { docs } = app.answer;
  const last = docs.some(doc => doc.changed) ? 'changed' : 'plain';
  const ranked = docs.toSorted((a, b) => a[last].rank - b[last].rank);
  const at = ranked.findIndex(doc => doc.docno === app.state.doc);
  const beside = (doc, name) => doc
    ? html`<button type="button" aria-pressed=${app.state.other === doc.docno}
        @click=${() => app.show({ other: app.state.other === doc.docno ? '' : doc.docno, pick: '' })}>${name}</button>`
    : nothing;
  return html`<p class="compare"><label>Compare with
      <select @change=${e => app.show({ other: e.target.value, pick: '' })}>
        <option value="" .selected=${!app.state.other}>no other</option>
        ${ranked.filter(doc => doc.docno !== app.state.doc).map(doc => html`
          <option value=${doc.docno} .selected=${doc.docno === app.state.other}>${doc[last].rank} · ${doc.docno}</option>`)}
      </select></label>
    ${beside(ranked[at - 1], 'the one above')} ${beside(ranked[at + 1], 'the one below')}</p>`;
}

export const why = (app, { explained, detail }) => html`
  <div @pointerover=${point} @focusin=${point} @keydown=${event => event.key === 'Escape' && app.state.pick && app.show({ pick: '' })}>
    ${compare(app)}
    ${undivided(app)}
    ${when(explained, answer => (answer.difference ? difference(app, answer) : one(app, answer.passages[0], detail)))}
  </div>`;
