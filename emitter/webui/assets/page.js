// Every page works without this file. With it the list is live, and a few things take fewer steps.
'use strict';

const byId = (id) => document.getElementById(id);
const say = (text) => { byId('said').textContent = text; };
const maxRows = 100; // as the server's pages
const retryAfter = 1000; // milliseconds

// follow listens to the server while the page can be seen. after and open tell it what is shown already, so that
// nothing is missed while nobody listens.
function follow(url, { after, open, take, state }) {
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
    source.addEventListener('ready', () => state('on'));
    source.addEventListener('rows', (event) => take(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      stop();
      state('off');
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
  const waiting = new Map(); // what came while the list was held
  let held = false;
  let linked = false;

  const label = () => {
    button.dataset.state = held ? 'held' : linked ? 'on' : 'off';
    button.setAttribute('aria-pressed', String(!held));
    button.lastElementChild.textContent = held ? (waiting.size ? `Paused, ${waiting.size} new` : 'Paused') : linked ? 'Live' : 'Connecting';
  };
  const shown = (id) => rows.querySelector(`tr[data-id="${id}"]`);
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
    row.classList.add('fresh');
    rows.insertBefore(row, below || null);
    if (rows.children.length > maxRows) rows.lastElementChild.remove();
    if (byId('empty')) byId('empty').remove();
  };
  const take = (news) => {
    let fresh = 0;
    for (const { id, html } of news) {
      list.dataset.after = Math.max(Number(list.dataset.after), id);
      const old = shown(id);
      if (old) {
        replace(old, parse(html));
        continue;
      }
      if (!waiting.has(id)) fresh++;
      if (held) waiting.set(id, html);
      else insert(id, html);
    }
    if (fresh && !held) say(`${fresh} new ${fresh === 1 ? 'delivery' : 'deliveries'}`);
    label();
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    held = !held;
    if (!held) {
      for (const [id, html] of waiting) insert(id, html);
      waiting.clear();
    }
    label();
  });
  follow(list.dataset.live, {
    after: () => list.dataset.after,
    open: () => [...rows.querySelectorAll('tr[data-open]')].map((row) => row.dataset.id),
    take,
    state: (now) => { linked = now === 'on'; label(); },
  });
  label();
}

// load gives a page of this server, or null when it cannot be had now.
async function load(url) {
  try {
    const answer = await fetch(url);
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return null;
  }
}

// exchange puts the new part of a page in the place of the old one. A menu in which somebody is writing stays, and so
// does the focus.
function exchange(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const link = focused && focused.getAttribute('href');
  const menu = old.querySelector('.menu[open]');
  if (menu) fresh.querySelector('.menu')?.replaceWith(menu);
  old.replaceWith(fresh);
  if (menu?.contains(focused)) focused.focus();
  else if (link) fresh.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
}

// refreshed loads the page again in place, whenever something happens to what it shows.
function refreshed(part) {
  let after = Number(part.dataset.after || part.dataset.open);
  let turn = 0;
  const stop = follow(part.dataset.live, {
    after: () => after,
    open: () => (byId('fresh').dataset.open ? [byId('fresh').dataset.open] : []),
    state: () => {},
    take: async (news) => {
      after = Math.max(after, ...news.map((row) => row.id));
      const old = byId('fresh');
      if (old.dataset.open && !news.some((row) => String(row.id) === old.dataset.open)) return;
      const mine = ++turn;
      const fresh = (await load(location.href))?.getElementById('fresh');
      if (!fresh || mine !== turn) return; // a later one is on its way
      exchange(byId('fresh'), fresh);
      offerCopies(fresh);
      say('The page has changed.');
      if (!fresh.dataset.live) stop();
    },
  });
}

function offerCopies(within) {
  for (const button of within.querySelectorAll('[data-copy]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const text = byId(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = 'Copied';
        say('Copied');
        setTimeout(() => { button.textContent = label; }, 1500);
      } catch {
        getSelection().selectAllChildren(text); // the keyboard can do the rest
      }
    });
  }
}

// The questions follow the bot that is chosen.
function askAnew(form) {
  byId('ask')?.remove();
  byId('bot').addEventListener('change', async () => {
    const bot = byId('bot').value;
    const answers = (await load('/send?' + new URLSearchParams(new FormData(form))))?.getElementById('answers');
    if (!answers || bot !== byId('bot').value) return;
    byId('answers').replaceWith(answers);
    byId('ask')?.remove();
  });
}

if (byId('list')?.dataset.live) liveList(byId('list'));
if (byId('fresh')?.dataset.live) refreshed(byId('fresh'));
if (byId('send')) askAnew(byId('send'));
offerCopies(document);

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

// A menu closes with Escape, and with a click beside it. The part that it stands in may be exchanged, so the document listens.
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
