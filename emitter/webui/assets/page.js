// All pages work without this script. It keeps them up to date and adds shortcuts.
'use strict';

const byId = (id) => document.getElementById(id);
const announce = (text) => { byId('announcement').textContent = text; }; // to screen readers
const maxRows = 100; // pageRows of the server
const retryAfter = 1000; // milliseconds

// listen receives server-sent events while the page is visible. after returns the newest delivery on the page, and open the
// deliveries without an outcome, so that no change is missed while the page is not connected.
function listen(url, { after, open, onRows, onState }) {
  let source = null;
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
  };
  const start = () => {
    stop();
    if (document.hidden) return;
    source = new EventSource(`${url}&after=${after()}&open=${open().join(',')}`);
    source.addEventListener('ready', () => onState('on'));
    source.addEventListener('rows', (event) => onRows(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      stop();
      onState('off');
      timer = setTimeout(start, retryAfter);
    });
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  addEventListener('pageshow', (event) => { if (event.persisted) start(); });
  addEventListener('pagehide', stop);
  start();
  return stop;
}

function liveList(list) {
  const rows = byId('rows');
  const button = byId('live');
  const waiting = new Map(); // new rows while the list is paused
  let paused = false;
  let connected = false;

  const label = () => {
    button.dataset.state = paused ? 'paused' : connected ? 'on' : 'off';
    button.setAttribute('aria-pressed', String(!paused));
    button.lastElementChild.textContent = paused ? (waiting.size ? `Paused, ${waiting.size} new` : 'Paused') : connected ? 'Live' : 'Connecting';
  };
  const rowOf = (id) => rows.querySelector(`tr[data-id="${id}"]`);
  const parse = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  const replace = (old, row) => {
    const focused = old.contains(document.activeElement) ? document.activeElement.className : null;
    old.replaceWith(row);
    if (focused !== null) (row.querySelector(focused ? `a.${focused}` : 'a') || row).focus();
  };
  const insert = (id, html) => {
    const row = parse(html);
    const below = [...rows.children].find((other) => Number(other.dataset.id) < id);
    if (!below && rows.children.length >= maxRows) return;
    row.classList.add('new');
    rows.insertBefore(row, below || null);
    if (rows.children.length > maxRows) rows.lastElementChild.remove();
    if (byId('empty')) byId('empty').remove();
  };
  const onRows = (deliveries) => {
    let added = 0;
    for (const { id, html } of deliveries) {
      list.dataset.after = Math.max(Number(list.dataset.after), id);
      const old = rowOf(id);
      if (old) {
        replace(old, parse(html));
        continue;
      }
      if (!waiting.has(id)) added++;
      if (paused) waiting.set(id, html);
      else insert(id, html);
    }
    if (added && !paused) announce(`${added} new ${added === 1 ? 'delivery' : 'deliveries'}`);
    label();
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    paused = !paused;
    if (!paused) {
      for (const [id, html] of waiting) insert(id, html);
      waiting.clear();
    }
    label();
  });
  listen(list.dataset.live, {
    after: () => list.dataset.after,
    open: () => [...rows.querySelectorAll('tr[data-open]')].map((row) => row.dataset.id),
    onRows,
    onState: (state) => { connected = state === 'on'; label(); },
  });
  label();
}

// load returns a page of this server, or null if it cannot be loaded.
async function load(url) {
  try {
    const response = await fetch(url);
    return new DOMParser().parseFromString(await response.text(), 'text/html');
  } catch {
    return null;
  }
}

// replacePart replaces a part of the page. It does not change an open menu, which the user may be writing in, or the focus.
function replacePart(old, part) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const link = focused && focused.getAttribute('href');
  const menu = old.querySelector('.menu[open]');
  if (menu) part.querySelector('.menu')?.replaceWith(menu);
  old.replaceWith(part);
  if (menu?.contains(focused)) focused.focus();
  else if (link) part.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
}

// livePage loads the page again and replaces its content when one of its deliveries changes.
function livePage(content) {
  let after = Number(content.dataset.after || content.dataset.open);
  let loads = 0;
  const stop = listen(content.dataset.live, {
    after: () => after,
    open: () => (byId('live-content').dataset.open ? [byId('live-content').dataset.open] : []),
    onState: () => {},
    onRows: async (deliveries) => {
      after = Math.max(after, ...deliveries.map((row) => row.id));
      const old = byId('live-content');
      if (old.dataset.open && !deliveries.some((row) => String(row.id) === old.dataset.open)) return;
      const number = ++loads;
      const part = (await load(location.href))?.getElementById('live-content');
      if (!part || number !== loads) return; // a later load replaces the content
      replacePart(byId('live-content'), part);
      addCopyButtons(part);
      announce('The page has changed.');
      if (!part.dataset.live) stop();
    },
  });
}

function addCopyButtons(within) {
  for (const button of within.querySelectorAll('[data-copy]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const text = byId(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = 'Copied';
        announce('Copied');
        setTimeout(() => { button.textContent = label; }, 1500);
      } catch {
        getSelection().selectAllChildren(text); // the user can copy the selection
      }
    });
  }
}

// updateQuestions shows the questions of the bot when the user selects another one.
function updateQuestions(form) {
  byId('show-questions')?.remove();
  byId('bot').addEventListener('change', async () => {
    const bot = byId('bot').value;
    const answers = (await load('/send?' + new URLSearchParams(new FormData(form))))?.getElementById('answers');
    if (!answers || bot !== byId('bot').value) return;
    byId('answers').replaceWith(answers);
    byId('show-questions')?.remove();
  });
}

if (byId('list')?.dataset.live) liveList(byId('list'));
if (byId('live-content')?.dataset.live) livePage(byId('live-content'));
if (byId('send')) updateQuestions(byId('send'));
addCopyButtons(document);

for (const select of document.querySelectorAll('.filters select')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

byId('rows')?.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  const to = step && event.target.closest('tr')[step];
  if (!to) return;
  event.preventDefault();
  to.querySelector('a.open').focus();
});

// Escape and a click outside close a menu. The listeners are on the document, because livePage may replace the menu.
const openMenu = () => document.querySelector('.menu[open]');
document.addEventListener('keydown', (event) => {
  const menu = openMenu();
  if (event.key !== 'Escape' || !menu?.contains(document.activeElement)) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
document.addEventListener('click', (event) => {
  const menu = openMenu();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
