// How numbers and specs are written.

export const MINUS = '\u2212';

/** With four decimals, as `eval` prints measures: halfway, which only odd 32nds are, is rounded to the even digit. */
export function number(value) {
  const digits = Math.floor(Math.abs(value) * 1e4);
  const halfway = Math.abs(value * 32) % 2 === 1;
  const rounded = halfway ? Math.sign(value) * (digits + digits % 2) / 1e4 : value;
  return rounded.toFixed(4).replace('-', MINUS);
}

/** A text as a box of one line has it. */
export const oneLine = text => text.trim().replace(/\s+/g, ' ');

/** How a grade is coloured: 1 to 3 from the lowest that is relevant on, 0 below it. */
export const gradeShade = (grade, level) => (grade >= level ? Math.min(3, 1 + grade - level) : 0);

/** How many of something. */
export const count = (n, one) => `${n} ${one}${n === 1 ? '' : 's'}`;

/** With its sign; an exact nothing has none. */
export const change = value =>
  value === 0 ? '0' : (value > 0 ? '+' : '') + number(value);

/** How a document moved: places up, places down, or not. */
export function move(from, to) {
  const places = from - to;
  return places === 0
    ? { text: '\u00b7', way: 'stays', said: 'stays' }
    : places > 0
      ? { text: '\u25b2' + places, way: 'rises', said: `rises by ${places}` }
      : { text: '\u25bc' + -places, way: 'falls', said: `falls by ${-places}` };
}

/** The interventions of a spec: what semicolons separate, unless they are in quotes. */
export const interventions = spec =>
  (spec.match(/(?:"(?:\\.|[^"\\])*"|[^;"])+/g) ?? []).map(s => s.trim().replace(/\s+/g, ' ')).filter(s => s);

/** The spec line as it is, applied or not. */
export const typed = () => document.getElementById('spec').value;

/** The spec with an intervention in the place of another; where that is none, at its end. */
export function replace(spec, before, after) {
  const all = interventions(spec);
  const at = all.indexOf(before);
  return (at < 0 ? [...all, after] : all.with(at, after)).join('; ');
}
