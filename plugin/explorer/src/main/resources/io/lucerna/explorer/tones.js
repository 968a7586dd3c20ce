// Numbers around 0 as colours, in steps that the style sheet knows.
import { html } from './lit/lit-html.js';
import { MINUS } from './words.js';

const STEPS = 6;

/** Whether the page is dark; says when that changes. */
export const dusk = matchMedia('(prefers-color-scheme: dark)');

/** The largest size of some numbers, rounded up to two digits; 1 if all are 0. */
export function limit(values) {
  const most = Math.max(0, ...values.map(Math.abs));
  if (most === 0) {
    return 1;
  }
  const unit = 10 ** (Math.floor(Math.log10(most)) - 1);
  return Math.ceil(most / unit) * unit;
}

/** From -6 to 6. */
export const tone = (value, most) =>
  Math.round(Math.max(-1, Math.min(1, value / most)) * STEPS) || 0;

/** With its sign and, as `explain` prints it, five digits. */
export const signed = (value, digits = 5) =>
  (value < 0 ? MINUS : '+') + Math.abs(value).toFixed(digits);

/** What rounding leaves. */
export const tiny = value => (value < 0 ? MINUS : '+') + Math.abs(value).toExponential(1).replace('-', MINUS);

const ends = most => [-most, most].map(end => signed(end, 1 + Math.max(0, -Math.floor(Math.log10(most)))));

/** The colours from one end to the other. */
export function scale(most, low, high) {
  const [from, to] = ends(most);
  return html`
    <p class="tones quiet">${low} ${from}
      <span class="scale" aria-hidden="true">${Array.from({ length: 2 * STEPS + 1 }, (_, i) => html`<i data-tone=${i - STEPS}></i>`)}</span>
      ${to} ${high}</p>`;
}

/** From the middle to the right where it adds, to the left where it takes away. */
export const bar = (value, most) => html`
  <svg class="bar" viewBox="-50 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class=${value < 0 ? 'less' : 'more'} x=${Math.min(0, (50 * value) / most)} width=${(50 * Math.abs(value)) / most} height="10"></rect>
  </svg>`;

const columnOf = button => button.closest('td')?.cellIndex;

/**
 * Arrow keys walk among buttons, of which one at a time is a stop of Tab: in a table up and down its columns, over cells without
 * a button. Where a column ends, they go on as the page is read, so that every button can be reached.
 */
export function walk(event) {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  const all = [...event.currentTarget.querySelectorAll('button')];
  const line = /Up|Down/.test(event.key) ? all.filter(button => columnOf(button) === columnOf(event.target)) : all;
  const to = line[line.indexOf(event.target) + step] ?? all[all.indexOf(event.target) + step];
  if (to) {
    event.preventDefault();
    all.forEach(button => { button.tabIndex = -1; });
    to.tabIndex = 0;
    to.focus();
  }
}

/** Of an answer: a view of it, what is wrong, or that it is awaited. */
export const when = (answer, view) =>
  answer?.value
    ? view(answer.value)
    : answer?.error
      ? html`<p class="error" role="alert">${answer.error}</p>`
      : html`<p class="quiet">…</p>`;
