// What the page shows is in its address, behind the #, which no server sees and no server limits.

/** What there is without an address; the depth is then the server's. */
const START = { topic: '', query: '', depth: 0, spec: '', base: '', colour: '', doc: '', other: '', view: '', pick: '', head: '',
  reads: '', edited: '', text: '', pin: '' };

/** Characters of an edited passage that the address takes: a browser takes far more, but whoever sends a link may not. */
export const LONGEST = 4000;

/** The state that a text holds. */
export function parse(text) {
  const given = new URLSearchParams(text);
  const state = { ...START };
  for (const key of Object.keys(START)) {
    if (given.has(key)) {
      state[key] = key === 'depth' ? Number(given.get(key)) || START.depth : given.get(key);
    }
  }
  return state;
}

/** A state as a text, without what is as at the start. */
export const format = state =>
  String(new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== START[key])));

/** The state that the address holds. */
export const read = () => parse(location.hash.slice(1));

/** Puts the state into the address: as a new step back to which one can go, or not. */
export function write(state, step) {
  const text = format(state.text.length > LONGEST ? { ...state, edited: '', text: '' } : state);
  const address = location.pathname + (text ? '#' + text : '');
  if (step) {
    history.pushState(null, '', address);
  } else {
    history.replaceState(null, '', address);
  }
}
