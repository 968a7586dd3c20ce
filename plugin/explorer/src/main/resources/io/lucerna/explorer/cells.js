// The parts of the model that a click changes: what a spec does to each, however it is written, and what a click makes of the spec.
import { interventions, typed } from './words.js';

const label = cell => (cell.head === null ? `MLP of layer ${cell.layer}` : `head ${cell.head} of layer ${cell.layer}`);

/** What a click does to a cell, and with Shift the other. */
export const WAYS = {
  cut: { words: 'cuts', sign: '×', say: cell => `cut ${label(cell)}`, spec: cell => cell.spec },
  mean: { words: 'sets to the mean', sign: 'μ', say: cell => `set ${label(cell)} to its mean`, spec: cell => cell.mean },
};
export const other = way => (way === 'cut' ? 'mean' : 'cut');

/** An intervention in its parts; one that cannot be read has parts that are no cell's. */
function parts(text) {
  const [does = '', ...words] = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  const settings = words.filter(word => word.includes('='));
  const others = settings.filter(word => !word.startsWith('head='));
  // Where nothing is said, a mean is by role.
  const usual = does === 'mean' && !others.some(word => word.startsWith('per=')) ? ['per=role'] : [];
  return {
    text,
    does,
    points: words.filter(word => !word.includes('=')).flatMap(word => word.split(',')).filter(point => point),
    heads: settings.find(word => word.startsWith('head='))?.slice('head='.length) ?? '',
    others,
    means: [does, ...[...others, ...usual].map(word => word.replaceAll('"', '')).toSorted()].join(' '),
  };
}

/** Whether a name or a glob is of a point: * stands for any letters, ? for one. */
function matches(glob, point) {
  let [at, from, star, tried] = [0, 0, -1, 0];
  while (at < point.length) {
    if (glob[from] === '*') {
      [star, tried] = [from, at];
      from++;
    } else if (glob[from] === '?' || glob[from] === point[at]) {
      from++;
      at++;
    } else if (star >= 0) {
      tried++;
      [from, at] = [star + 1, tried];
    } else {
      return false;
    }
  }
  return /^\**$/.test(glob.slice(from));
}

/** Whether a set such as 0,3-5 has a number; one that is not written down has all. */
const has = (set, number) =>
  !set || set.split(',').some(range => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    return number >= Number(from) && number <= Number(to);
  });

/** A set as it is written. */
function written(numbers) {
  const ranges = [];
  for (const number of numbers) {
    if (ranges.at(-1)?.[1] === number - 1) {
      ranges.at(-1)[1] = number;
    } else {
      ranges.push([number, number]);
    }
  }
  return ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',');
}

/** What a cell's own interventions are, by way. */
const owns = new WeakMap();

function own(cell) {
  if (!owns.has(cell)) {
    owns.set(cell, Object.keys(WAYS).map(way => ({ way, ...parts(WAYS[way].spec(cell)) })));
  }
  return owns.get(cell);
}

const pointOf = cell => own(cell)[0].points[0];

/** In which way an intervention changes the whole of a cell, if in one of them. */
const wayOf = (given, cell) =>
  own(cell).find(mine =>
    given.means === mine.means &&
    given.points.some(point => matches(point, mine.points[0])) &&
    (cell.head === null ? !given.heads : has(given.heads, cell.head)))?.way;

/** What a spec does to each cell, if anything that a click does; where it does several, the last counts. */
export function changes(spec) {
  const all = interventions(spec).map(parts);
  return cell => all.map(one => wayOf(one, cell)).findLast(way => way);
}

/** The spec of which cells are marked: in the one form that the server knows, once it has answered. */
export const inForce = ({ answer, busy, passing, stale, state }) => (busy || passing || stale || !answer ? state.spec : answer.spec);

/** What is left of an intervention without a cell: its other points, and the other heads of the cell's point. */
function without(given, cell, { cells, points }) {
  const point = pointOf(cell);
  const named = given.points.flatMap(one => (matches(one, point) ? points.filter(every => matches(one, every)) : [one]));
  const others = [...new Set(named)].filter(one => one !== point);
  const heads = cells
    .filter(one => one.head !== null && one.head !== cell.head && pointOf(one) === point && has(given.heads, one.head))
    .map(one => one.head);
  const write = (some, set) => [given.does, some.join(','), ...(set ? [`head=${set}`] : []), ...given.others].join(' ');
  return [
    ...(others.length ? [write(others, given.heads)] : []),
    ...(cell.head !== null && heads.length ? [write([point], written(heads))] : []),
  ];
}

/**
 * A cell that is clicked in the way in which it is changed is restored. What is typed and not applied counts; of what is applied the one
 * form counts by which cells are marked.
 */
export function click(app, cell, way) {
  const spec = typed().trim() === app.state.spec ? inForce(app) : typed();
  const after = changes(spec)(cell) === way ? [] : [WAYS[way].spec(cell)];
  const all = interventions(spec).map(parts).flatMap(one =>
    wayOf(one, cell) ? [...without(one, cell, app.model), ...after.splice(0)] : [one.text]);
  app.go({ spec: [...all, ...after].join('; ') });
}
