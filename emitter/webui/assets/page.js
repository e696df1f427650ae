// All pages work without this script. It keeps them up to date and adds shortcuts.
'use strict';

const byId = (id) => document.getElementById(id);
const announce = (text) => { byId('announcement').textContent = text; }; // to screen readers
const maxRows = 100; // pageRows of the server
const retryAfter = 1000; // milliseconds
const backgroundEvery = 10000; // milliseconds between two looks for deliveries while the page is hidden
const briefly = 1000; // milliseconds that such a look takes

// listen receives server-sent events while the page is visible. after returns the newest delivery on the page, and open the
// deliveries without an outcome, so that no change is missed while the page is not connected.
// With background, it also looks for deliveries now and then while the page is hidden, without a connection that stays open.
function listen(url, { after, open, onRows, onState, background }) {
  let source = null;
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
  };
  const start = (brief) => {
    stop();
    if (document.hidden && brief !== true) {
      if (background) timer = setTimeout(() => start(true), backgroundEvery);
      return;
    }
    if (document.hidden) timer = setTimeout(start, briefly);
    source = new EventSource(`${url}&after=${after()}&open=${open().join(',')}`);
    source.addEventListener('ready', () => onState('on'));
    source.addEventListener('rows', (event) => onRows(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      stop();
      onState('off');
      timer = setTimeout(start, document.hidden ? backgroundEvery : retryAfter);
    });
  };
  document.addEventListener('visibilitychange', () => start());
  addEventListener('pageshow', (event) => { if (event.persisted) start(); });
  addEventListener('pagehide', stop);
  start();
  return stop;
}

// liveList inserts new deliveries. While the user reads further down, has selected rows, or is in another tab, they
// wait, and a button shows their number.
function liveList(list) {
  const rows = byId('rows');
  const button = byId('live');
  const news = byId('news');
  const title = document.title;
  const waiting = new Map();
  let paused = false;
  let connected = false;

  const held = () => paused || document.hidden || scrollY > 120 ||
    rows.querySelector('input:checked') !== null;
  const label = () => {
    button.dataset.state = paused ? 'paused' : connected ? 'on' : 'off';
    button.setAttribute('aria-pressed', String(!paused));
    button.lastElementChild.textContent = paused ? (waiting.size ? `Paused, ${waiting.size} new` : 'Paused') : connected ? 'Live' : 'Connecting';
    news.hidden = waiting.size === 0;
    news.textContent = `${waiting.size} new`;
    document.title = waiting.size ? `(${waiting.size}) ${title}` : title;
  };
  const rowOf = (id) => rows.querySelector(`tr[data-id="${id}"]`);
  const parse = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  const replace = (old, row) => {
    const focused = old.contains(document.activeElement) ? document.activeElement.className : null;
    row.querySelector('input').checked = old.querySelector('input').checked;
    old.replaceWith(row);
    oneTabStop(rows);
    if (focused !== null) (row.querySelector(focused ? `a.${focused}` : 'input') || row.querySelector('a')).focus();
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
  const show = () => {
    if (!waiting.size) return;
    const n = waiting.size;
    for (const [id, html] of waiting) insert(id, html);
    waiting.clear();
    oneTabStop(rows);
    announce(`${n} new ${n === 1 ? 'delivery' : 'deliveries'}`);
    label();
  };
  const onRows = (deliveries) => {
    for (const { id, html } of deliveries) {
      list.dataset.newest = Math.max(Number(list.dataset.newest), id);
      const old = rowOf(id);
      if (old) replace(old, parse(html));
      else waiting.set(id, html);
    }
    if (!held()) show();
    label();
    updateSummary();
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    paused = !paused;
    if (!held()) show();
    label();
  });
  news.addEventListener('click', () => {
    show();
    scrollTo({ top: 0 });
  });
  document.addEventListener('visibilitychange', () => { if (!held()) show(); });
  addEventListener('scroll', () => { if (waiting.size && !held()) show(); }, { passive: true });
  listen(list.dataset.live, {
    after: () => list.dataset.newest,
    open: () => [...rows.querySelectorAll('tr[data-open]')].map((row) => row.dataset.id),
    onRows,
    onState: (state) => { connected = state === 'on'; label(); },
    background: true,
  });
  label();
}

// updateSummary loads the totals and the chart again, at most every two seconds.
let summaryTimer = 0;
function updateSummary() {
  if (summaryTimer || document.hidden) return;
  summaryTimer = setTimeout(async () => {
    summaryTimer = 0;
    const old = byId('summary');
    if (!old || old.querySelector('details[open]') || old.contains(document.activeElement)) return;
    const part = (await load(location.href))?.getElementById('summary');
    if (!part) return;
    old.replaceWith(part);
    dragChart(part);
  }, 2000);
}

// oneTabStop leaves one tab stop in a row: the other links are for the mouse, and for the keys of listKeys.
function oneTabStop(rows) {
  for (const other of rows.querySelectorAll('input, a.who')) other.tabIndex = -1;
}

// dragChart narrows the time to the bars that the user drags over. A click on a bar is a link.
function dragChart(within) {
  const chart = within.querySelector('#chart');
  if (!chart) return;
  const bars = [...chart.querySelectorAll('a')];
  const barAt = (x) => {
    const box = chart.getBoundingClientRect();
    const i = Math.floor((x - box.left) / box.width * bars.length);
    return Math.min(Math.max(i, 0), bars.length - 1);
  };
  let from = -1;
  const mark = (to) => bars.forEach((bar, i) => bar.classList.toggle('dragged', from >= 0 && i >= Math.min(from, to) && i <= Math.max(from, to)));
  chart.addEventListener('dragstart', (event) => event.preventDefault());
  chart.addEventListener('pointerdown', (event) => { from = barAt(event.clientX); });
  chart.addEventListener('pointermove', (event) => { if (from >= 0 && event.buttons) mark(barAt(event.clientX)); });
  addEventListener('pointerup', (event) => {
    if (from < 0) return;
    const [first, last] = [from, barAt(event.clientX)].sort((a, b) => a - b);
    from = -1;
    mark(-1);
    if (first === last) return;
    const address = new URL(bars[first].getAttribute('href'), location.href);
    address.searchParams.set('until', new URL(bars[last].getAttribute('href'), location.href).searchParams.get('until'));
    location.assign(address);
  });
}

// selection shows how many rows are selected, and enables what fits.
function selection(rows) {
  const box = byId('selection');
  const every = byId('select-all');
  const update = () => {
    const n = rows.querySelectorAll('input:checked').length;
    every.checked = n > 0 && n === rows.children.length;
    every.indeterminate = n > 0 && !every.checked;
    byId('selected').textContent = n ? `${n} selected` : '';
    box.querySelector('[value=compare]').disabled = n !== 2;
  };
  rows.addEventListener('change', update);
  every.hidden = false;
  every.addEventListener('change', () => {
    for (const one of rows.querySelectorAll('input')) one.checked = every.checked;
    update();
  });
  byId('bulk').addEventListener('reset', () => setTimeout(update));
  let last = null;
  rows.addEventListener('click', (event) => {
    if (event.target.type !== 'checkbox') return;
    if (event.shiftKey && last?.isConnected) {
      const all = [...rows.querySelectorAll('input')];
      const [a, b] = [all.indexOf(last), all.indexOf(event.target)].sort((x, y) => x - y);
      for (const one of all.slice(a, b + 1)) one.checked = event.target.checked;
      update();
    }
    last = event.target;
  });
  update();
}

// listKeys are the keys of the list. They do nothing while the user writes.
function listKeys(rows) {
  const links = () => [...rows.querySelectorAll('a.open')];
  const move = (step) => {
    const all = links();
    const at = all.findIndex((link) => link.closest('tr').contains(document.activeElement));
    all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
  };
  const current = () => document.activeElement.closest?.('#rows tr');
  const keys = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => current() && move(1), ArrowUp: () => current() && move(-1),
    x: () => current()?.querySelector('input').click(),
    c: () => current()?.querySelector('a.who')?.click(),
    '/': () => document.querySelector('.filters [name=who]').focus(),
    '.': () => byId('news').click(),
    '?': () => byId('keys').showModal(),
    Escape: () => { if (rows.querySelector('input:checked')) byId('unselect').click(); },
  };
  document.addEventListener('keydown', (event) => {
    const writing = event.target.closest('input:not([type=checkbox]), textarea, select, dialog');
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    if (event.key.startsWith('Arrow') && !current()) return;
    if (event.key !== 'Escape') event.preventDefault();
    keys[event.key]();
  });
  byId('show-keys').hidden = false;
  byId('show-keys').addEventListener('click', () => byId('keys').showModal());
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

// liveJob loads the page of a job again until the job has ended.
function liveJob() {
  const again = async () => {
    const part = document.hidden ? null : (await load(location.href))?.getElementById('job');
    if (part) {
      const focused = byId('job').contains(document.activeElement);
      if (!focused || !('running' in part.dataset)) byId('job').replaceWith(part);
      else byId('job').querySelector('progress').value = part.querySelector('progress').value;
    }
    if (!part || 'running' in part.dataset) setTimeout(again, 500);
    else announce('The job has ended.');
  };
  setTimeout(again, 500);
}

// addCopyButtons shows the copy buttons. Their text is that of an element, of an attribute, or of an address of this server.
function addCopyButtons(within) {
  for (const button of within.querySelectorAll('[data-copy], [data-copy-text], [data-copy-url]')) {
    const label = button.textContent;
    const shown = button.dataset.copy && byId(button.dataset.copy);
    button.hidden = false;
    button.addEventListener('click', async () => {
      try {
        const text = shown ? shown.textContent : button.dataset.copyText ?? await (await fetch(button.dataset.copyUrl)).text();
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
        announce('Copied');
        setTimeout(() => { button.textContent = label; }, 1500);
      } catch {
        if (shown) getSelection().selectAllChildren(shown); // the user can copy the selection
        else announce('The browser does not allow to copy.');
      }
    });
  }
}

// checkJSON reports whether the edited body is JSON while the user writes.
function checkJSON(field) {
  const update = () => {
    try {
      JSON.parse(field.value);
      byId('json-check').textContent = 'Valid JSON.';
    } catch (error) {
      byId('json-check').textContent = `Not JSON: ${error.message}`;
    }
  };
  field.addEventListener('input', update);
  update();
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
if (byId('rows')) {
  oneTabStop(byId('rows'));
  selection(byId('rows'));
  listKeys(byId('rows'));
  dragChart(document);
}
if (byId('live-content')?.dataset.live) livePage(byId('live-content'));
if ('running' in (byId('job')?.dataset ?? {})) liveJob();
if (byId('send')) updateQuestions(byId('send'));
addCopyButtons(document);
if (byId('edit-body')) checkJSON(byId('edit-body'));
document.addEventListener('keydown', (event) => {
  const to = { j: 'older', k: 'newer' }[event.key];
  if (to && !event.target.closest('input, textarea, select, dialog') && !event.ctrlKey && !event.metaKey && !event.altKey) byId(to)?.click();
});

for (const select of document.querySelectorAll('.filters select')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

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
