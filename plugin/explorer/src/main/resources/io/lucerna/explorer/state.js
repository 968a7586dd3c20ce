// What a page shows is in its address, behind the #, which no server sees and no server limits.

/**
 * How states become text and come back: what is as at the start is left out, and numbers are numbers.
 * `short` leaves out of an address what is too long for it.
 */
export function keeper(start, short = state => state) {
  function parse(text) {
    const given = new URLSearchParams(text);
    const state = { ...start };
    for (const key of Object.keys(start)) {
      if (given.has(key)) {
        state[key] = typeof start[key] === 'number' ? Number(given.get(key)) || start[key] : given.get(key);
      }
    }
    return state;
  }
  const format = state =>
    String(new URLSearchParams(Object.entries(state).filter(([key, value]) => value !== start[key])));
  /** The state that the address holds. */
  const read = () => parse(location.hash.slice(1));
  /** Puts the state into the address: as a new step back to which one can go, or not. */
  function write(state, step) {
    const text = format(short(state));
    const address = location.pathname + (text ? '#' + text : '');
    if (step && address !== location.pathname + location.hash) {
      history.pushState(null, '', address);
    } else {
      history.replaceState(null, '', address);
    }
  }
  return { parse, format, read, write };
}

/** Characters of an edited passage that the address takes: a browser takes far more, but whoever sends a link may not. */
export const LONGEST = 4000;

export const tooLong = text => text.length > LONGEST;

/** What there is without an address; the depth is then the server's. */
const START = { topic: '', query: '', depth: 0, spec: '', base: '', colour: '', doc: '', other: '', view: '', pick: '', head: '', part: '', way: '', held: '',
  reads: '', edited: '', text: '', pin: '', all: 0, side: '', click: '', full: 0 };

export const { parse, format, read, write } = keeper(START, state => ({
  ...state,
  ...(tooLong(state.text) ? { edited: '', text: '' } : {}),
  ...(tooLong(parse(state.pin).text) ? { pin: '' } : {}),
}));
