// A load of ArtiBot's lead webhooks, written by artihook for stock k6:
//
//   ARTIHOOK_SECRET=… k6 run load.js
//
// Every iteration is one lead, made up as it runs, on one machine or on many: its ids are random, its versions in order,
// every event signed. Events of one lead never leave before the answer to the one before has come.
import crypto from 'k6/crypto';
import exec from 'k6/execution';
import http from 'k6/http';
import { SharedArray } from 'k6/data';
import { Counter } from 'k6/metrics';

const url = {{json .URL}};
const signedURL = {{json .Signed}}; // what the receiver rebuilds from its Host header and the target
const scheme = {{json .Scheme}};
const headers = {{json .Headers}};
const timeout = {{json .Timeout}};
const secret = __ENV.ARTIHOOK_SECRET || '';

export const options = Object.assign({{json .Options}}, {
  discardResponseBodies: true,
  maxRedirects: 0,
  summaryTrendStats: ['min', 'avg', 'p(50)', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
});

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));
const errors = new Counter('artihook_errors');

// Conversations of made-up visitors. Each event is its body in parts: a string, or what is filled in below.
const conversations = new SharedArray('conversations', () => JSON.parse(open({{json .Data}})));

export function setup() {
  if (!secret) console.warn('ARTIHOOK_SECRET is not set, so the empty secret signs');
}

export default function () {
  const lead = { lead: uuid(), contact: uuid(), end: Date.now(), ticks: 10 * Math.floor(Math.random() * 1000) };
  for (const event of conversations[exec.scenario.iterationInTest % conversations.length]) {
    const body = event.map((part) => (typeof part === 'string' ? part : fill(lead, part))).join('');
    const answer = http.post(url, body, {
      headers: {{if .Signs}}Object.assign({ {{json .Header}}: sign(body) }, headers){{else}}headers{{end}}, timeout, redirects: 0, tags: { name: url },
    });
    if (answer.status < 200 || answer.status > 299) errors.add(1);
  }
}

// HMAC-SHA1 over METHOD&URL&BODY in capital hex, or in the older form over the body alone.
function sign(body) {
  if (scheme === 'body') return 'sha1=' + crypto.hmac('sha1', secret, body, 'hex');
  return crypto.hmac('sha1', secret, 'POST&' + signedURL + '&' + body, 'hex').toUpperCase();
}

function uuid() {
  const bytes = new Uint8Array(crypto.randomBytes(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function fill(lead, [what, offset, day]) {
  if (what === 'lead' || what === 'contact') return lead[what];
  // A time is milliseconds and, since those are not fine enough, ticks of 100 ns within one.
  const ticks = lead.ticks + offset;
  const ms = lead.end + Math.floor(ticks / 10000);
  const rest = ((ticks % 10000) + 10000) % 10000;
  switch (what) {
    case 'live': return moment(ms, rest) + 'Z';
    case 'stored': return moment(ms, rest - (rest % 10));
  }
  return chosen(what, typeof day === 'number' ? ms + day * 86400000 : Date.parse(day + 'T00:00:00Z') + (ms % 86400000));
}

// .NET's round-trip form: up to seven digits of fraction, none of them a trailing zero.
function moment(ms, ticks) {
  const fraction = String((ms % 1000) * 10000 + ticks + 10000000).slice(1).replace(/0+$/, '');
  return new Date(ms).toISOString().slice(0, 19) + (fraction ? '.' + fraction : '');
}

// The chosen day with the clock of the answer, as typed, as shown, or as a value.
function chosen(what, ms) {
  const at = new Date(ms);
  if (what === 'minute') return at.toISOString().slice(0, 16) + ':00Z';
  const date = at.getUTCMonth() + 1 + '/' + at.getUTCDate() + '/' + String(at.getUTCFullYear() % 100 + 100).slice(1);
  if (what === 'shown') return date;
  const hour = at.getUTCHours();
  return date + ' ' + ((hour + 11) % 12 + 1) + ':' + String(at.getUTCMinutes() + 100).slice(1) + ':00 ' + (hour < 12 ? 'AM' : 'PM');
}
