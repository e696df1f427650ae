// A load of ArtiBot's lead webhooks for k6, written by artihook:
//
//   ARTIHOOK_SECRET=… k6 run load.js
//
// Every iteration is a new lead with random ids, on one machine or on many. Its events are signed and sent in order: each
// after the response to the one before.
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
{{- if .ClientCert}}
  // The paths are absolute, or relative to this script.
  tlsAuth: [{ cert: open(__ENV.ARTIHOOK_CERT), key: open(__ENV.ARTIHOOK_KEY || __ENV.ARTIHOOK_CERT) }],
{{- end}}
  discardResponseBodies: true,
  maxRedirects: 0,
  summaryTrendStats: ['min', 'avg', 'p(50)', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
});

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));
const errors = new Counter('artihook_errors');

// Conversations of generated visitors. Each event is its body in parts: strings, and placeholders for fill.
const conversations = new SharedArray('conversations', () => JSON.parse(open({{json .Data}})));

export function setup() {
  if (!secret) console.warn('ARTIHOOK_SECRET is not set: events are signed with the empty secret');
}

export default function () {
  const lead = { lead: uuid(), contact: uuid(), end: Date.now(), ticks: 10 * Math.floor(Math.random() * 1000) };
  const conversation = conversations[exec.scenario.iterationInTest % conversations.length];
  for (const [i, event] of conversation.entries()) {
    const body = event.map((part) => (typeof part === 'string' ? part : fill(lead, part))).join('');
    const response = http.post(url, body, {
      headers: {{if .Signs}}Object.assign({ {{json .Header}}: sign(body) }, headers){{else}}headers{{end}}, timeout, redirects: 0, tags: { name: url },
    });
    if (response.status >= 200 && response.status <= 299) continue;
    errors.add(1);
    if (i === 0) return; // the receiver has no lead that later events could update
  }
}

// HMAC-SHA1 over METHOD&URL&BODY in upper-case hex, or in the older scheme over the body alone.
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

function fill(lead, [kind, offset, day]) {
  if (kind === 'lead' || kind === 'contact') return lead[kind];
  // A time is in milliseconds, and in ticks of 100 ns within one millisecond.
  const ticks = lead.ticks + offset;
  const ms = lead.end + Math.floor(ticks / 10000);
  const rest = ((ticks % 10000) + 10000) % 10000;
  switch (kind) {
    case 'live': return moment(ms, rest) + 'Z';
    case 'stored': return moment(ms, rest - (rest % 10));
  }
  return chosen(kind, typeof day === 'number' ? ms + day * 86400000 : Date.parse(day + 'T00:00:00Z') + (ms % 86400000));
}

// The round-trip form of .NET: a fraction of up to seven digits, without trailing zeros.
function moment(ms, ticks) {
  const fraction = String((ms % 1000) * 10000 + ticks + 10000000).slice(1).replace(/0+$/, '');
  return new Date(ms).toISOString().slice(0, 19) + (fraction ? '.' + fraction : '');
}

// The chosen day with the clock time of the answer, as input, as display_value, or as value.
function chosen(kind, ms) {
  const at = new Date(ms);
  if (kind === 'minute') return at.toISOString().slice(0, 16) + ':00Z';
  const date = at.getUTCMonth() + 1 + '/' + at.getUTCDate() + '/' + String(at.getUTCFullYear() % 100 + 100).slice(1);
  if (kind === 'shown') return date;
  const hour = at.getUTCHours();
  return date + ' ' + ((hour + 11) % 12 + 1) + ':' + String(at.getUTCMinutes() + 100).slice(1) + ':00 ' + (hour < 12 ? 'AM' : 'PM');
}
