// What the page shows is in its address, behind the #, which no server sees and no server limits.

/** What there is without an address; the depth is then the server's. */
const START = { topic: '', query: '', depth: 0, spec: '', base: '', colour: '', doc: '' };

/** The state that the address holds. */
export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = { ...START };
  for (const key of Object.keys(START)) {
    if (given.has(key)) {
      state[key] = key === 'depth' ? Number(given.get(key)) || START.depth : given.get(key);
    }
  }
  return state;
}

/** Puts the state into the address: as a new step back to which one can go, or not. */
export function write(state, step) {
  const kept = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (value !== START[key]) {
      kept.set(key, value);
    }
  }
  const address = location.pathname + (kept.size ? '#' + kept : '');
  if (step) {
    history.pushState(null, '', address);
  } else {
    history.replaceState(null, '', address);
  }
}
