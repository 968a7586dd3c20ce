// Requests to the server that this page is from.

/** Names this page: what it asks gives up what it asked before. `randomUUID` is not there but over TLS or on loopback. */
const PAGE = crypto.getRandomValues(new Uint32Array(4)).join('-');

/** A request that was refused. */
export class Refused extends Error {
  constructor(status, message, column) {
    super(message);
    this.status = status;
    this.column = column ?? 0;
  }
}

/** Which start of a server answered first. */
let start = null;

/** Whether another start of a server answers, maybe with another model: the page then begins anew with what its address holds. */
function isOfAnother(response) {
  const from = response.headers.get('Lucerna-Start');
  start ??= from;
  return from !== null && from !== start;
}

async function answer(response) {
  if (isOfAnother(response)) {
    location.reload();
    return new Promise(() => {});
  }
  const body = await response.json();
  if (!response.ok) {
    throw new Refused(response.status, body.error.message, body.error.column);
  }
  return body;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch('api/v1/' + path, options);
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new Refused(0, 'The server does not answer. Has it ended?');
  }
  return answer(response);
}

export const model = () => ask('model');
export const topics = () => ask('topics');

export const passage = (topic, docno) => ask('passage?' + new URLSearchParams({ topic, docno }));

const post = (path, body, signal) =>
  ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });

const asked = ({ topic, query, depth }) => ({ topic, query: topic ? '' : query, depth: depth || undefined });

/** What is changed: the model, the query that it reads, or the text of one passage. */
const changed = ({ spec, reads, edited, text }) => ({ spec, reads, edit: edited ? { docno: edited, text } : undefined });

/** A ranking with the edits that it is of, which the server does not repeat. */
async function ranking(path, state, page, signal) {
  const { reads, edited, text } = state;
  return { ...(await post(path, { ...asked(state), ...changed(state), page }, signal)), reads, edited, text };
}

export const rank = (state, signal) => ranking('rank', state, PAGE, signal);

/** The same, which whatever is asked next gives up, and which gives up nothing. */
export const rankBehind = (state, signal) => ranking('rank/background', state, PAGE, signal);

/** The same beside what the page asks: neither gives up the other. */
export const rankBeside = state => ranking('rank', state, PAGE + '-beside');

/** The inside of scores: `explain`, `attention` or `lens`. */
export const inside = (path, body, signal) => post(path, { ...body, page: PAGE }, signal);

/** Of the plain model: what cutting each cell alone would do. */
export const estimates = (state, signal) => post('estimates', { ...asked(state), page: PAGE }, signal);

/** Of what is shown, and of the passage that is open. */
export const commands = state => post('commands', { ...asked(state), ...changed(state), docno: state.doc });

/** Of a server that shows a folder: what is in it, what a cell is made of, and one of these. */
export const opened = () => ask('opened');
export const rows = (map, cell, from) => ask('opened/rows?' + new URLSearchParams({ map, cell, from }));
export const row = (map, cell, one) => ask('opened/row?' + new URLSearchParams({ map, cell, row: one }));
