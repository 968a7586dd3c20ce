// What cutting each cell alone does to the ranking that is shown: estimated of all, exact of those that were cut.
import * as api from './api.js';

/** How many of the strongest are cut in the background, and among how many by their estimates these are looked for. */
const STRONGEST = 6;
const AMONG = 12;

const SWAPS = 'swapped pairs';
export const NOTHING = 'nothing';

/** Names the ranking of the plain model that an answer starts from. */
export const of = ({ topic, query, depth }) => JSON.stringify([topic, query, depth]);

/** What is exact: by the ranking, then by the cell's name. */
const kept = new Map();

function put(answer, cell) {
  const cells = kept.get(of(answer)) ?? new Map();
  kept.set(of(answer), cells);
  cells.set(cell.name, {
    changes: answer.measures.map(m => m.changed - m.plain),
    swappedPairs: answer.changes.swappedPairs,
  });
}

/** Keeps what is shown, if it is of one cell that is cut and of nothing else. */
export function keep({ answer, model }) {
  const cell = model.cells.find(c => c.spec === answer.spec);
  if (cell && answer.changes && !answer.reads && !answer.edited) {
    put(answer, cell);
  }
}

/** What cells can be coloured by, and what they are coloured by. */
export function colours({ answer, model, state }) {
  const choices = [...(answer.measures.length ? model.measures : []), SWAPS, NOTHING];
  return { choices, chosen: choices.includes(state.colour) ? state.colour : choices[0] };
}

/** Whether a colour is a count, and no measure. */
export const counts = colour => colour === SWAPS;

/** What is found for each cell, as far as it is, in the chosen colour; by the cell's name. */
function read(app, find) {
  const { chosen } = colours(app);
  const measure = app.model.measures.indexOf(chosen);
  const all = new Map();
  for (const cell of chosen === NOTHING ? [] : app.model.cells) {
    const found = find(cell);
    if (found) {
      const { changes, swappedPairs } = found;
      all.set(cell.name, { cell, value: counts(chosen) ? swappedPairs : changes[measure], swappedPairs });
    }
  }
  return all;
}

const exactly = app => kept.get(of(app.answer)) ?? new Map();
const estimate = (app, cell) => (app.estimates?.of === of(app.answer) ? app.estimates.cells.get(cell.name) : undefined);

/** Why there are no estimates of the ranking that is shown, or nothing exact behind them; empty where nothing failed. */
export function missing({ answer, estimates }) {
  if (estimates?.of !== of(answer) || !estimates.error) {
    return '';
  }
  return `${estimates.cells.size ? 'nothing exact' : 'no estimates'}: ${estimates.error}`;
}

/** What is known of each cell, by its name: the exact change, or else the estimate. */
export function effects(app) {
  const exact = exactly(app);
  const all = read(app, cell => exact.get(cell.name) ?? estimate(app, cell));
  all.forEach((effect, name) => { effect.exact = exact.has(name); });
  return all;
}

/** The largest first; of those that are alike, what moves more. */
const sorted = all =>
  [...all].toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value) || b.swappedPairs - a.swappedPairs);

/** Those with the largest effects. */
export const strongest = all => sorted(all).slice(0, STRONGEST);

/** The first of the strongest that is not exact, among those with the largest estimates. */
function next(app) {
  const all = effects(app);
  const likely = sorted(read(app, cell => estimate(app, cell)).values()).slice(0, AMONG);
  return strongest(likely.map(({ cell }) => all.get(cell.name))).find(effect => !effect.exact)?.cell;
}

/** Cuts the strongest one by one, until what is asked next gives it up. */
export async function load(app, signal) {
  for (let cell = next(app); cell; cell = next(app)) {
    const { topic, query, depth } = app.answer;
    put(await api.rankBehind({ topic, query, depth, spec: cell.spec }, signal), cell);
    app.draw();
  }
}
