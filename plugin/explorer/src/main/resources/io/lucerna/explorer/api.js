// Requests to the server that this page is from.

/** Names this page: what it asks gives up what it asked before. */
const PAGE = crypto.randomUUID();

/** A request that was refused. */
export class Refused extends Error {
  constructor(status, message, column) {
    super(message);
    this.status = status;
    this.column = column ?? 0;
  }
}

async function answer(response) {
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

export const rank = (state, signal) =>
  ask('rank', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      topic: state.topic, query: state.topic ? '' : state.query, depth: state.depth, spec: state.spec, page: PAGE,
    }),
    signal,
  });
