// ArtiBot's sample receiver for Node, Express and body-parser (docs/contract.md, section 3): it converts the header to lower
// case and compares it with lower-case hex over the raw bytes. It prints its port. The secret is in SECRET.
const bodyParser = require('body-parser'), crypto = require('crypto'), express = require('express');

const app = express();
app.use(bodyParser.json({ type: '*/*', verify: (req, res, body) => { req.rawBody = body; } }));
app.use((req, res, next) => {
  const received = req.headers['x-artibot-signature'].toLowerCase();
  const url = `${req.protocol}://${req.get('host')}${req.originalUrl}`;
  const expected = crypto.createHmac('sha1', process.env.SECRET).update(`${req.method}&${url}&`).update(req.rawBody || '').digest('hex');
  if (received !== expected) return res.sendStatus(401);
  next();
});
app.post('/api/webhooks', (req, res) => res.sendStatus(200));

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
