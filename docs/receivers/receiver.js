// A receiver of ArtiBot's webhooks for Node, without packages. It verifies the signature of each event and prints the event.
const http = require('node:http'), crypto = require('node:crypto');

http.createServer(async (req, res) => {
  const chunks = [];
  try { for await (const chunk of req) chunks.push(chunk); } catch { return; } // the connection broke
  const body = Buffer.concat(chunks); // the raw bytes, before any JSON parser
  const origin = process.env.PUBLIC_ORIGIN || `http://${req.headers.host}`;
  const expected = crypto.createHmac('sha1', process.env.SECRET).update(`${req.method}&${origin}${req.url}&`).update(body).digest();
  const received = Buffer.from(req.headers['x-artibot-signature'] || '', 'hex');
  if (received.length !== expected.length || !crypto.timingSafeEqual(received, expected)) return res.writeHead(401).end();
  let event;
  try { event = JSON.parse(body); } catch { return res.writeHead(400).end(); }
  console.log(event?.action, event?.resource_version);
  res.writeHead(204).end();
}).listen(process.env.PORT || 3000);
