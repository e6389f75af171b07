// An HTTP, an HTTPS and an SMTP server on loopback that fail as their tests ask for, and write down
// what came, one JSON object a line.  Usage: test_receiver.mjs NODE_MODULES FOLDER
// FOLDER holds key.pem and cert.pem; the lines go to FOLDER/received.
import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';

const [modules, folder] = process.argv.slice(2);
const require = createRequire(modules + '/');
const { SMTPServer } = require('smtp-server');
const { Webhook } = require('standardwebhooks');

const pem = { key: readFileSync(folder + '/key.pem'), cert: readFileSync(folder + '/cert.pem') };
const note = (line) => appendFileSync(folder + '/received', JSON.stringify(line) + '\n');
const visits = new Map();

// Each path is a way to answer; what follows it are parameters.
const ways = {
  ok: (request, response) => response.end('{"code": 0, "id": "m-' + request.visit + '"}'),
  status: (request, response, code) => response.writeHead(Number(code)).end(),
  after: (request, response, code, seconds) =>
    response.writeHead(Number(code), { 'Retry-After': seconds }).end(),
  redirect: (request, response) => response.writeHead(302, { Location: '/ok' }).end(),
  hang: () => {},
  reset: (request) => request.socket.resetAndDestroy(),
  drip: (request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 100);
    response.on('close', () => clearInterval(timer));
  },
  flood: (request, response) => response.end('x'.repeat(1 << 20)),
  // Fails so many times, then does not.
  flaky: (request, response, times) => {
    response.writeHead(request.visit > Number(times) ? 200 : 500).end();
  },
  // Answers a verification; anything else with 204.
  hook: (request, response) => {
    const event = JSON.parse(request.text);
    if (event.type !== 'duban.notification.subscription.verify') return response.writeHead(204).end();
    return response.end(event.data.challenge);
  },
  // Whether another implementation finds the signature right: {secret, headers, body}.
  check: (request, response) => {
    const { secret, headers, body } = JSON.parse(request.text);
    try {
      new Webhook(secret).verify(body, headers);
      response.end('right');
    } catch (error) {
      response.end('wrong: ' + error.message);
    }
  },
};

function answer(request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    request.text = Buffer.concat(chunks).toString();
    request.visit = (visits.get(request.url) ?? 0) + 1;
    visits.set(request.url, request.visit);
    const [way, ...parameters] = request.url.split('/').slice(1);
    if (way !== 'check') {
      note({ path: request.url, headers: request.headers, body: request.text });
    }
    ways[way](request, response, ...parameters);
  });
}

const codes = { refused: 550, later: 451 };
const smtp = new SMTPServer({
  ...pem,
  authOptional: true,
  onAuth: ({ username, password }, session, done) =>
    password === 'right' ? done(null, { user: username }) : done(new Error('wrong password')),
  onRcptTo: ({ address }, session, done) => {
    const responseCode = codes[address.split('@')[0]];
    done(responseCode ? Object.assign(new Error('not taken'), { responseCode }) : undefined);
  },
  onData: (stream, session, done) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      note({
        recipient: session.envelope.rcptTo[0].address,
        user: session.user ?? '',
        secure: session.secure,
        body: Buffer.concat(chunks).toString(),
      });
      done();
    });
  },
});
smtp.on('error', () => {});  // a client that breaks off

const listen = (server) =>
  new Promise((resolve) => {
    const socket = server.listen(0, '127.0.0.1', () => resolve((server.server ?? socket).address().port));
  });

const ports = [
  await listen(http.createServer(answer)),
  await listen(https.createServer(pem, answer)),
  await listen(smtp),
];
console.log(ports.join(' '));
process.stdin.on('end', () => process.exit(0)).resume();
