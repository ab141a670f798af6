// The control page: asks for the state every second and shows it, without touching what a person is typing.
// Everything it does goes through the control API; it keeps nothing of its own.

const byId = (id) => document.getElementById(id);
const cards = new Map();
let state = null;

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function act(operation, body) {
  try {
    await ask(operation, body ?? {});
    show('');
  } catch (error) {
    show(error.message);
  }
  await refresh();
}

function show(problem) {
  byId('problem').textContent = problem;
  byId('problem').hidden = problem === '';
}

function element(name, options = {}, ...children) {
  const node = Object.assign(document.createElement(name), options);
  node.append(...children);
  return node;
}

/** Fills a select once; later only when the choices changed, keeping the choice. */
function fill(select, choices) {
  const key = JSON.stringify(choices);
  if (select.dataset.key === key) return;
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => element('option', { value, textContent: text })));
  select.dataset.key = key;
  if (choices.some(([value]) => String(value) === chosen)) select.value = chosen;
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = (text) => new Date(text).toLocaleString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const words = (text) => (text ?? '').replaceAll('_', ' ');

function nameOf(number) {
  if (!number) return 'Number withheld';
  const known = [...state.callers, ...state.contacts].filter((caller) => caller.number === number);
  if (known.length === 0) return null;
  return known[0].name;
}

function stateOf(call) {
  if (call.status === 'answered') return call.is_on_hold ? `On hold, ${call.agent}` : `In call, ${call.agent}`;
  if (call.status === 'initial') {
    if (call.direction === 'outbound') return `Calling, ${call.agent}`;
    if (call.in_ivr) return 'In the menu';
    return call.rung.length ? `Ringing: ${call.rung.map((agent) => agent.name).join(', ')}` : 'Ringing nobody';
  }
  if (call.answered_at) return call.is_over ? `Ended, ${call.agent ?? ''}` : 'Hung up';
  const why = call.missed_reason ? `: ${words(call.missed_reason)}` : '';
  return `${call.direction === 'inbound' ? 'Missed' : 'Not answered'}${why}${call.voicemail ? ', voicemail' : ''}`;
}

/** One call's card, made once, so that its fields keep what is typed into them. */
function makeCard(call) {
  const on = (operation, more = () => ({})) => () => act(operation, { call: call.id, ...more() });
  const button = (text, operation, more) => element('button', { type: 'button', className: 'btn', textContent: text, onclick: on(operation, more) });
  const part = {
    title: element('h3'),
    state: element('span', { className: 'state' }),
    time: element('time'),
    more: element('p', { className: 'more' }),
    agent: element('select', { className: 'input', ariaLabel: 'Agent' }),
    text: element('input', { className: 'input', placeholder: 'Note', ariaLabel: 'Note' }),
    tag: element('select', { className: 'input', ariaLabel: 'Tag' }),
    keys: element('span', { className: 'actions' }),
  };
  const agent = () => (part.agent.value ? { agent: Number(part.agent.value) } : {});
  part.answer = button('Answer', 'answer', agent);
  part.hold = element('button', { type: 'button', className: 'btn', textContent: 'Hold' });
  part.hold.onclick = () => act('hold', { call: call.id, on: part.hold.getAttribute('aria-pressed') !== 'true' });
  part.transfer = button('Transfer to', 'transfer', () => ({ to: Number(part.agent.value) }));
  part.hangup = button('Hang up', 'hangup');
  part.voicemail = button('Leave voicemail', 'hangup', () => ({ voicemail: true }));
  part.note = button('Note', 'comment', () => ({ ...agent(), text: part.text.value }));
  part.note.addEventListener('click', () => { part.text.value = ''; });
  part.tagIt = button('Tag', 'tag', () => ({ ...agent(), tag: part.tag.value }));
  part.untag = button('Untag', 'untag', () => ({ tag: part.tag.value }));
  part.root = element('article', { className: 'call' },
    element('header', {}, part.title, part.state, part.time),
    part.more,
    element('div', { className: 'actions' }, part.keys, part.agent, part.answer, part.hold, part.transfer, part.hangup, part.voicemail),
    element('div', { className: 'actions' }, part.text, part.note, part.tag, part.tagIt, part.untag));
  return part;
}

function updateCard(part, call) {
  const name = nameOf(call.number);
  part.title.textContent = [name, call.digits].filter(Boolean).join(' · ');
  part.state.textContent = `${stateOf(call)} · ${call.line}`;
  part.time.textContent = clock(call.started_at);
  part.more.textContent = [call.tags.join(', '), ...call.comments.map((comment) => `“${comment}”`)].filter(Boolean).join(' · ');
  const isUp = call.status !== 'done';
  part.root.classList.toggle('live', isUp);
  part.root.classList.toggle('missed', !isUp && !call.answered_at);
  fill(part.agent, state.agents.map((agent) => [agent.id, `${agent.name} (${words(agent.presence)})`]));
  if (!part.agent.dataset.chosen) {
    const first = call.rung[0]?.id ?? state.agents.find((agent) => agent.name === call.agent)?.id;
    if (first) {
      part.agent.value = first;
      part.agent.dataset.chosen = 'yes';
    }
  }
  fill(part.tag, state.tags.map((tag) => [tag.id, tag.name]));
  part.answer.hidden = call.status !== 'initial';
  part.hold.hidden = call.status !== 'answered';
  part.hold.setAttribute('aria-pressed', call.is_on_hold);
  part.transfer.hidden = call.status !== 'answered';
  part.hangup.hidden = !isUp;
  part.voicemail.hidden = !(call.status === 'initial' && call.direction === 'inbound');
  const line = state.lines.find((known) => known.name === call.line);
  const keys = call.in_ivr && line ? line.ivr : [];
  if (part.keys.childElementCount !== keys.length) {
    part.keys.replaceChildren(...keys.map((key) => element('button', {
      type: 'button', className: 'btn', textContent: `${key.key} ${key.title}`, onclick: () => act('choose', { call: call.id, key: key.key }),
    })));
  }
}

function showCalls() {
  byId('no-calls').hidden = state.calls.length > 0;
  const wanted = new Set(state.calls.map((call) => call.id));
  for (const [id, part] of cards) {
    if (!wanted.has(id)) {
      part.root.remove();
      cards.delete(id);
    }
  }
  let place = byId('calls').firstElementChild;
  for (const call of state.calls) {
    if (!cards.has(call.id)) cards.set(call.id, makeCard(call));
    const part = cards.get(call.id);
    updateCard(part, call);
    if (part.root === place) place = place.nextElementSibling;
    else byId('calls').insertBefore(part.root, place);
  }
}

function showFrame() {
  byId('company').textContent = state.company;
  const hooks = state.webhooks;
  const off = hooks.filter((hook) => !hook.active);
  const status = byId('webhook');
  status.textContent = hooks.length === 0
    ? 'No webhook yet: connect Sidetone to this address'
    : off.length ? `Webhook disabled, ${off[0].failures_in_a_row} failures in a row` : `Webhook on, ${hooks[0].delivered} delivered, ${hooks[0].failed} failed`;
  status.classList.toggle('warn', off.length > 0);
  byId('webhook-switch').disabled = hooks.length === 0;
  byId('webhook-switch').textContent = off.length ? 'Enable webhook' : 'Disable webhook';
  byId('play-switch').setAttribute('aria-pressed', state.is_playing);
  const people = [...new Map([...state.callers, ...state.contacts].map((caller) => [caller.name, caller])).values()];
  const known = people.map((caller) => [caller.number, `${caller.name} (${caller.number})`]);
  const isFirst = !byId('caller').dataset.key;
  fill(byId('caller'), [...known, ['unknown', 'Somebody unknown'], ['withheld', 'Number withheld']]);
  if (isFirst) byId('number').value = numberOfCaller();
  fill(byId('line'), state.lines.map((line) => [line.id, `${line.name} (${line.digits})`]));
  fill(byId('text-line'), state.lines.map((line) => [line.id, `${line.name} (${line.digits})`]));
  fill(byId('text-agent'), [['', 'The customer'], ...state.agents.map((agent) => [agent.id, agent.name])]);
  if (isFirst) byId('text-number').value = people[0]?.number ?? '';
  fill(byId('dial-agent'), state.agents.map((agent) => [agent.id, agent.name]));
  fill(byId('dial-to'), known);
}

/** The other vendors' pages are on ports that only the state tells. */
function showApps() {
  for (const [id, origin] of [['app-store', state.gorgias], ['front-app', state.front]]) {
    const link = byId(id);
    link.hidden = !origin;
    if (origin) link.href = `${origin}/_sandbox/apps`;
  }
}

async function showTickets() {
  if (!state.gorgias) return;
  const { tickets } = await ask(`${state.gorgias}/_sandbox/tickets`);
  byId('no-tickets').hidden = true;
  const key = JSON.stringify(tickets);
  const list = byId('tickets');
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...tickets.slice(0, 30).map((ticket) => {
    const last = ticket.messages.at(-1);
    const link = element('a', { href: `${state.gorgias}/app/ticket/${ticket.id}`, target: '_blank', rel: 'noopener', textContent: ticket.subject ?? '(no subject)' });
    return element('li', {},
      element('div', { className: 'first' }, link, element('time', { textContent: day(ticket.created_datetime) })),
      element('p', { className: 'second', textContent: [ticket.customer?.name, ticket.status, ticket.assignee_user?.name ?? 'unassigned', ticket.messages.length === 1 ? '1 entry' : `${ticket.messages.length} entries`].filter(Boolean).join(' · ') }),
      element('ul', { className: 'chips' }, ...ticket.tags.map((tag) => element('li', { className: 'chip', textContent: tag.name }))),
      element('p', { className: 'last', textContent: last?.body_text ?? '' }));
  }));
}

/** The newest message or comment; both tell their time in seconds. */
function lastOf(conversation) {
  const entries = [...conversation.messages, ...conversation.comments];
  const at = (entry) => entry.posted_at ?? entry.created_at;
  return entries.reduce((last, entry) => (last && at(last) > at(entry) ? last : entry), null);
}

async function showConversations() {
  if (!state.front) return;
  // Beside a Sidetone that writes into Gorgias nothing ever happens there.
  const { imports } = await ask(`${state.front}/_sandbox/imports`);
  byId('front').hidden = imports.length === 0;
  if (imports.length === 0) return;
  const { conversations } = await ask(`${state.front}/_sandbox/conversations`);
  const key = JSON.stringify(conversations);
  const list = byId('conversations');
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...conversations.slice(0, 30).map((conversation) => {
    const link = element('a', { href: `${state.front}/open/${conversation.id}`, target: '_blank', rel: 'noopener', textContent: conversation.subject || '(no subject)' });
    const who = conversation.recipient?.name ?? conversation.recipient?.handle;
    const assignee = conversation.assignee ? `${conversation.assignee.first_name} ${conversation.assignee.last_name}` : null;
    const count = conversation.messages.length + conversation.comments.length;
    const facts = [who, conversation.status, assignee, conversation.inboxes.join(', '), count === 1 ? '1 entry' : `${count} entries`];
    return element('li', {},
      element('div', { className: 'first' }, link, element('time', { textContent: day(conversation.updated_at * 1000) })),
      element('p', { className: 'second', textContent: facts.filter(Boolean).join(' · ') }),
      element('ul', { className: 'chips' }, ...conversation.tags.map((tag) => element('li', { className: 'chip', textContent: tag.name }))),
      element('p', { className: 'last', textContent: lastOf(conversation)?.body ?? '' }));
  }));
}

async function refresh() {
  try {
    state = await ask('state');
    showFrame();
    showCalls();
    showApps();
    await showTickets();
    await showConversations();
  } catch {
    byId('webhook').textContent = 'The sandbox does not answer';
  }
}

function numberOfCaller() {
  const chosen = byId('caller').value;
  if (chosen === 'withheld') return '';
  if (chosen === 'unknown') return `+120255501${String(Math.floor(Math.random() * 100)).padStart(2, '0')}`;
  return chosen;
}

byId('caller').addEventListener('change', () => { byId('number').value = numberOfCaller(); });
byId('ring').addEventListener('submit', (event) => {
  event.preventDefault();
  const from = byId('number').value.trim() || numberOfCaller();
  act('ring', { line: Number(byId('line').value), from: from || null });
});
byId('dial').addEventListener('submit', (event) => {
  event.preventDefault();
  act('dial', { agent: Number(byId('dial-agent').value), to: byId('dial-to').value });
});
byId('text').addEventListener('submit', (event) => {
  event.preventDefault();
  const file = byId('text-file').value;
  const files = file ? [{ name: file, content_type: file.endsWith('.pdf') ? 'application/pdf' : 'image/jpeg' }] : [];
  act('text', {
    line: Number(byId('text-line').value),
    number: byId('text-number').value.trim(),
    body: byId('text-body').value,
    agent: byId('text-agent').value ? Number(byId('text-agent').value) : null,
    files,
  });
  byId('text-body').value = '';
});
byId('webhook-switch').addEventListener('click', () => act(byId('webhook-switch').textContent.startsWith('Enable') ? 'webhook/enable' : 'webhook/disable'));
byId('play-switch').addEventListener('click', () => act('play', { on: !state?.is_playing }));
byId('reset').addEventListener('click', () => act('reset'));

refresh();
setInterval(refresh, 1000);
