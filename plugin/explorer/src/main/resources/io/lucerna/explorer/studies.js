// A folder that another command wrote: maps, and behind their cells topics or pairs.
import { html, nothing, render } from './lit/lit-html.js';
import * as api from './api.js';
import { save } from './save.js';
import { keeper } from './state.js';
import { bar, walk } from './tones.js';
import { change, count, gradeShade, move, number, MINUS } from './words.js';

const { read, write } = keeper({ map: '', cell: '', row: '' });

/** How long until what is not finished is looked at again, in ms. */
const AGAIN = 3000;

/** How much of long lists is shown at first. */
const SHORT = 12;

/** `error` is of what the address asks for, `unseen` of looking again: each stays until its own is answered. */
const app = { opened: null, rows: null, row: null, state: read(), error: '', unseen: '', busy: false, all: new Set() };

/** A count, or a difference with its sign. */
const whole = value => (value === null ? '–' : String(value).replace('-', MINUS));
const shown = value => (value === null ? '–' : change(value));

/** A study that is not finished has counts, of swapped pairs. */
const counted = values => !app.opened.finished && values.every(value => value === null || Number.isInteger(value));

const maps = () => app.opened.maps;

/** By its name: a study that has ended has other maps than before. Older addresses have its number. */
const map = () => maps().find(one => one.name === app.state.map) ?? maps()[app.state.map] ?? maps()[0];

/** Its number in requests. */
const place = () => Math.max(maps().indexOf(map()), 0);

function go(to) {
  app.state = { ...app.state, ...to };
  write(app.state, true);
  app.all.clear();
  return load(0);
}

/** A row, or none; what it is made of is below the others. */
async function choose(row) {
  app.state = { ...app.state, row: row === app.state.row ? '' : row };
  write(app.state, true);
  await load(shownRows());
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.querySelector('.of-row')?.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
}

/** What was asked for last counts. */
let pending = null;

const shownRows = () => app.rows?.rows.length ?? 0;

/** The rows of a cell, and more of them until there are as many as were shown: the server answers so many at once. */
async function some(cell, least) {
  const first = await api.rows(place(), cell, 0);
  const all = [...first.rows];
  while (all.length < Math.min(least, first.total)) {
    const { rows: next } = await api.rows(place(), cell, all.length);
    if (!next.length) {
      break;
    }
    all.push(...next);
  }
  return { ...first, rows: all };
}

/** What the address asks for, of the rows at least so many. */
async function load(least) {
  const mine = (pending = {});
  const { cell, row } = app.state;
  const lists = app.opened.kind === 'recording' || cell;
  app.busy = true;
  draw();
  const [rows, one] = await Promise.allSettled([
    lists ? some(cell, least) : null,
    lists && row ? api.row(place(), cell, row) : null,
  ]);
  if (pending === mine) {
    const failed = [rows, one].find(result => result.status === 'rejected');
    Object.assign(app, { rows: rows.value ?? null, row: one.value ?? null, error: failed?.reason.message ?? '', busy: false });
    draw();
  }
}

/** The rows that come next: the server answers so many at once. */
async function lengthen() {
  const mine = pending;
  const { rows } = app;
  app.busy = true;
  draw();
  const next = await api.rows(place(), app.state.cell, rows.rows.length).catch(e => ({ rows: [], error: e.message }));
  if (pending === mine) {
    app.all.add('rows');
    Object.assign(app, { rows: { ...rows, rows: [...rows.rows, ...next.rows] }, error: next.error ?? '', busy: false });
    draw();
  }
}

/** An unfinished study has new numbers, and more rows if there are any before its end: a study of rankings has none. */
async function refresh() {
  try {
    const before = app.opened;
    app.opened = await api.opened();
    app.unseen = '';
    const changed = app.opened.kind !== 'study' && app.opened.done !== before.done;
    if (changed || (app.opened.finished && !before.finished)) {
      await load(shownRows());
    }
  } catch (e) {
    app.unseen = e.message;
  }
  draw();
  if (!app.opened.finished) {
    setTimeout(refresh, AGAIN);
  }
}

const SHADES = 4;

/** How far each value is from 0, in steps of -4 to 4 of the largest. */
function scale(values) {
  const most = Math.max(0, ...values.map(value => Math.abs(value ?? 0)));
  const shade = value => Math.round(((value ?? 0) / (most || 1)) * SHADES) || 0;
  const signed = values.some(value => value < 0);
  return { most, shade, signed, say: counted(values) ? whole : shown };
}

const legend = ({ most, signed, say }) => html`
  <p class="legend quiet"><span class="scale">${signed
    ? html`${say(-most)} <i data-shade="-4"></i><i data-shade="-2"></i><i data-shade="0"></i><i data-shade="2"></i><i data-shade="4"></i> ${say(most)}`
    : html`0 <i data-shade="0"></i><i data-shade="2"></i><i data-shade="4"></i> ${say(most)}`}</span></p>`;

const interval = cell => (cell.lower === null || cell.upper === null ? '' : `, ${shown(cell.lower)} to ${shown(cell.upper)}`);
const tested = cell => (cell.significant ? ', significant' : '');
const said = (cell, by) => `${cell.words}: ${by.say(cell.value)}${interval(cell)}${tested(cell)}`;

/** Numbers before words, in their order; words as they come. */
function ordered(columns) {
  const all = [...new Set(columns)];
  const numbers = all.filter(c => /^\+?\d+$/.test(c)).toSorted((a, b) => Number(a) - Number(b));
  return [...numbers, ...all.filter(c => !numbers.includes(c))];
}

function grid(cells, by, name) {
  const rows = [...new Set(cells.map(cell => cell.row))];
  const columns = ordered(cells.map(cell => cell.column));
  const at = new Map(cells.map(cell => [cell.row + '\n' + cell.column, cell]));
  const chosen = cells.some(cell => cell.id === app.state.cell);
  let first = true;
  const button = cell => {
    const tab = chosen ? cell.id === app.state.cell : first;
    first = false;
    return html`
      <button data-cell=${cell.id} data-shade=${by.shade(cell.value)}
        title=${said(cell, by)} aria-label=${said(cell, by)} tabindex=${tab ? 0 : -1} aria-pressed=${cell.id === app.state.cell}
        @click=${() => go({ cell: cell.id === app.state.cell ? '' : cell.id })}>${cell.significant ? '•' : ''}</button>`;
  };
  return html`
    <div class="scroll"><table class="grid maps" @keydown=${walk}>
      <caption class="hidden">${name}</caption>
      <thead><tr><th></th>${columns.map(c => html`<th scope="col">${c}</th>`)}</tr></thead>
      <tbody>${rows.map(row => html`
        <tr><th scope="row">${row}</th>${columns.map(column => {
          const cell = at.get(row + '\n' + column);
          return html`<td>${cell ? button(cell) : nothing}</td>`;
        })}</tr>`)}</tbody>
    </table></div>`;
}

const more = (key, total) =>
  total <= SHORT
    ? nothing
    : html`<button class="more" @click=${() => { app.all.has(key) ? app.all.delete(key) : app.all.add(key); draw(); }}>
        ${app.all.has(key) ? `show the first ${SHORT}` : `show all ${total}`}</button>`;

const few = (key, all) => (app.all.has(key) ? all : all.slice(0, SHORT));

/** Conditions without a place on a map. */
function list(cells, by) {
  const sorted = cells.toSorted((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0));
  return html`
    <div class="scroll"><table class="rows"><tbody>${few('list', sorted).map(cell => html`
      <tr class=${cell.id === app.state.cell ? 'open' : ''}>
        <th scope="row"><button data-cell=${cell.id} aria-pressed=${cell.id === app.state.cell} title=${said(cell, by)}
          @click=${() => go({ cell: cell.id === app.state.cell ? '' : cell.id })}>${cell.words}</button></th>
        <td class="number">${by.say(cell.value)}${cell.significant ? '•' : ''}</td><td class="drawn">${bar(cell.value ?? 0, by.most || 1)}</td></tr>`)}</tbody></table></div>
    ${more('list', sorted.length)}`;
}

function maptable() {
  const { cells, name } = map();
  const by = scale(cells.map(cell => cell.value));
  const placed = cells.filter(cell => cell.column);
  const others = cells.filter(cell => !cell.column);
  return html`
    <section class="maptable" aria-label="Map">
      <label class="quiet">Map <select @change=${e => go({ map: e.target.value })}>
        ${maps().map(m => html`<option value=${m.name} .selected=${m === map()}>${m.name}</option>`)}</select></label>
      ${legend(by)}
      ${cells.some(cell => cell.significant) ? html`<p class="quiet">• significant at 5%, corrected</p>` : nothing}
      ${placed.length ? grid(placed, by, name) : nothing}
      ${others.length ? list(others, by) : nothing}
    </section>`;
}

function rows() {
  if (!app.rows) {
    return app.opened.finished
      ? html`<p class="quiet">Click a cell to see its ${app.opened.rows}s.</p>`
      : nothing;
  }
  const { columns, rows: all, total, words } = app.rows;
  const drawn = columns.length - 1;
  const last = app.opened.kind !== 'recording';
  const by = scale(all.map(row => row.values[drawn]));
  return html`
    <section class="of-cell" aria-label=${`${app.opened.rows}s of ${words}`}>
      <h2>${words}</h2>
      <p class="quiet">${count(total, app.opened.rows)}${total > all.length ? `, ${all.length} of them here` : ''}${last ? ', the largest first' : ''}.</p>
      <div class="scroll"><table class="rows">
        <thead><tr><th>${app.opened.rows}</th>${columns.map(c => html`<th class="number">${c}</th>`)}<th class="drawn"></th></tr></thead>
        <tbody>${few('rows', all).map(row => html`
          <tr class=${row.id === app.state.row ? 'open' : ''}>
            <th scope="row"><button data-row=${row.id} aria-pressed=${row.id === app.state.row}
              @click=${() => choose(row.id)}>${row.label}</button></th>
            ${row.values.map((value, i) => html`<td class="number">${!last ? whole(value) : i === drawn ? shown(value) : plain(value)}</td>`)}
            <td class="drawn">${last ? bar(row.values[drawn] ?? 0, by.most || 1) : nothing}</td></tr>`)}</tbody></table></div>
      ${more('rows', all.length)}
      ${total > all.length ? html`<button class="more" ?disabled=${app.busy} @click=${lengthen}>more of all ${total}</button>` : nothing}
    </section>`;
}

const plain = value => (value === null ? '–' : number(value));

function grade(value) {
  if (value === null) {
    return html`<span class="grade none" title="grade not known">–</span>`;
  }
  const shade = gradeShade(value, app.opened.level);
  return html`<span class="grade g${shade}" title="grade ${value}, ${shade ? '' : 'not '}relevant">${value}</span>`;
}

function ranking(side, title, docs, line) {
  return html`
    <section class="list ${side}" aria-label=${title}><h2>${title}</h2>
      <ol>${few('docs', docs).map(doc => html`<li data-doc=${doc.docno}><div class="row">${line(doc)}</div></li>`)}</ol></section>`;
}

/** A topic's ranking without and with the change. */
function rankings(docs) {
  const before = docs.filter(doc => doc.before).toSorted((a, b) => a.before.rank - b.before.rank);
  const score = value => html`<span class="score">${value.toFixed(3).replace('-', MINUS)}</span>`;
  return html`
    <div class="lists">
      ${ranking('before', 'Unchanged', before, doc => html`
        <span class="rank">${doc.before.rank}</span>${grade(doc.grade)}<span class="what"><b>${doc.docno}</b></span>${score(doc.before.score)}`)}
      ${ranking('after', 'Changed', docs, doc => {
        const m = doc.before ? move(doc.before.rank, doc.after.rank) : { way: 'stays', text: '+', said: 'is new' };
        return html`<span class="rank">${doc.after.rank}</span><span class="move ${m.way}" aria-label=${m.said} title=${m.said}>${m.text}</span>
          ${grade(doc.grade)}<span class="what"><b>${doc.docno}</b></span>${score(doc.after.score)}`;
      })}
    </div>
    ${more('docs', docs.length)}`;
}

/** A token; what is seen of its role is a colour. */
const piece = ({ piece: word, role }) =>
  html`<bdi class="token" data-role=${role} title=${role}>${word}<span class="hidden"> ${role}</span></bdi>`;

/** Two texts of one length are shown position by position. */
function texts(all) {
  const [one, two] = all;
  const roles = [...new Set(all.flatMap(text => text.pieces.map(p => p.role)))];
  const key = html`<p class="quiet">Roles: ${roles.map(role => html`<bdi class="token" data-role=${role}>${role}</bdi> `)}</p>`;
  if (two && one.pieces.length === two.pieces.length) {
    return html`${key}<p class="quiet">above: ${one.name}; below: ${two.name}; where they differ is framed</p>
      <div class="aligned">${one.pieces.map((p, i) => html`<span class="slot ${p.piece === two.pieces[i].piece ? '' : 'changed'}">${piece(p)}${piece(two.pieces[i])}</span>`)}</div>`;
  }
  return html`${key}${all.map(text => html`<p><span class="quiet">${text.name}:</span> ${text.pieces.map(p => html`${piece(p)} `)}</p>`)}`;
}

/** All cells for one pair, where the map has them. */
function own(effects) {
  const values = new Map(effects.map(effect => [effect.id, effect.value]));
  const cells = map().cells.filter(cell => values.has(cell.id)).map(cell => ({
    ...cell, value: values.get(cell.id), words: cell.words.replace(/, \d+ pairs$/, ''), lower: null, upper: null, significant: null,
  }));
  const by = scale(cells.map(cell => cell.value));
  return html`<h3>Effects in this pair</h3>${legend(by)}
    ${cells.some(cell => cell.column) ? grid(cells, by, 'Effects in this pair') : list(cells, by)}`;
}

const facts = all => html`
  <table class="facts"><tbody>${all.map(({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;

function detail() {
  const one = app.row;
  if (!one) {
    return nothing;
  }
  return html`
    <section class="of-row" aria-label=${one.words}>
      <h2>${one.words}</h2>
      ${one.docs.length ? rankings(one.docs) : nothing}
      ${one.texts.length ? texts(one.texts) : nothing}
      ${one.facts.length ? facts(one.facts) : nothing}
      ${one.cells.length ? own(one.cells) : nothing}
    </section>`;
}

function progress() {
  const { done, finished, items } = app.opened;
  return finished
    ? nothing
    : html`<p class="progress" role="status">${items === null
        ? html`running: ${done} done`
        : html`<progress max=${items} value=${done}></progress> running: ${done} of ${items} done`}; looked at again every ${AGAIN / 1000} s</p>`;
}

const view = () => html`
  <header><h1>Lucerna <span class="quiet">${app.opened.name}</span></h1><span class="quiet">${app.opened.title}</span>
    <span class="actions"><button type="button" title="One file of what is shown, for any browser, without a server" @click=${save}>Save page</button></span></header>
  ${progress()}
  ${[...new Set([app.error, app.unseen])].filter(message => message).map(message => html`<p class="error" role="alert">${message}</p>`)}
  ${app.opened.notes.map(note => html`<p class="quiet">${note}</p>`)}
  <main class="opened ${maps().length ? '' : 'unmapped'}" aria-busy=${app.busy}>
    ${maps().length ? maptable() : nothing}
    <div class="behind">${rows()}</div>
    ${detail()}
  </main>
  ${app.opened.facts.length ? html`<details class="made"><summary>How it was made</summary>${facts(app.opened.facts)}</details>` : nothing}`;

function draw() {
  document.title = `${app.opened.name} · Lucerna`;
  render(view(), document.getElementById('app'));
  document.documentElement.dataset.ready = String(!app.busy);
}

addEventListener('popstate', () => {
  app.state = read();
  load(0);
});

try {
  app.opened = await api.opened();
  await load(0);
  if (!app.opened.finished) {
    setTimeout(refresh, AGAIN);
  }
} catch (e) {
  document.getElementById('app').textContent = e.message;
}
