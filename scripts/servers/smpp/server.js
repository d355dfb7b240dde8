'use strict';
// A message centre on the npm package smpp, which knows nothing of our own codec.
//
//   node server.js '{"port": 2775, "control": 8075, "password": "secret", "delay": 0}'
//
// It calls texts by numbers, answers after `delay` milliseconds, sends a receipt for each that asks
// for one unless `receipts` is false, and remembers them unless `remember` is false. What a text
// says may change that: "throttle ..." is refused the first time, "silent ..." is never answered,
// "lost ..." does not arrive.
//
// Over HTTP on the control port: GET /texts, GET /sessions, GET /submitted?count=N answers when so
// many were submitted in all, POST /write {source, destination, text} brings a text to a client and
// answers what the client answered, POST /hang_up.
const http = require('http');
const smpp = require('smpp');

const options = {delay: 0, receipts: true, remember: true, ...JSON.parse(process.argv[2])};
const sessions = new Set();
const texts = [];
const throttled = new Set();
const awaited = new Map(); // who waits, by the number of the text that he waits for
const counted = {binds: 0, answered_links: 0, submitted: 0};
let number = 0;

function words(pdu) {
  const payload = pdu.message_payload;
  const said = payload ? payload.message || payload : pdu.short_message.message;
  return typeof said === 'string' ? said : Buffer.isBuffer(said) ? said.toString('latin1') : '';
}

function submitted(session, pdu) {
  const said = words(pdu);
  if (said.startsWith('silent')) return;
  if (said.startsWith('throttle') && !throttled.has(said)) {
    throttled.add(said);
    session.send(pdu.response({command_status: smpp.ESME_RTHROTTLED}));
    return;
  }
  const id = String(++number).padStart(10, '0');
  counted.submitted += 1;
  if (awaited.has(counted.submitted)) awaited.get(counted.submitted)();
  if (options.remember) {
    const header = pdu.short_message.udh;
    texts.push({
      id, text: said, destination: pdu.destination_addr, source: pdu.source_addr,
      coding: pdu.data_coding, validity: pdu.validity_period,
      header: header ? header.map((each) => each.toString('hex')) : [],
      told: false,
    });
  }
  const answer = () => {
    session.send(pdu.response({message_id: id}));
    if (options.receipts && pdu.registered_delivery) receipt(session, pdu, id, said);
  };
  if (options.delay) setTimeout(answer, options.delay);
  else answer();
}

function receipt(session, pdu, id, said) {
  const lost = said.startsWith('lost');
  const word = lost ? 'UNDELIV' : 'DELIVRD';
  session.send(new smpp.PDU('deliver_sm', {
    source_addr_ton: pdu.dest_addr_ton, source_addr_npi: pdu.dest_addr_npi,
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    short_message: {message: `id:${id} sub:001 dlvrd:00${lost ? 0 : 1} submit date:2611291604 ` +
      `done date:2611291605 stat:${word} err:00${lost ? 1 : 0} text:${said.slice(0, 20)}`},
    receipted_message_id: id, message_state: lost ? 5 : 2,
  }), (answer) => {
    const text = answer.command_status === 0 && texts.find((each) => each.id === id);
    if (text) text.told = true; // and the client answers for it
  });
}

function bind(session, pdu) {
  if (pdu.password !== options.password) {
    session.send(pdu.response({command_status: smpp.ESME_RINVPASWD}));
    return;
  }
  counted.binds += 1;
  session.hears = pdu.command !== 'bind_transmitter';
  session.send(pdu.response({system_id: 'node'}));
  sessions.add(session);
}

smpp.createServer((session) => {
  for (const way of ['transceiver', 'transmitter', 'receiver']) {
    session.on(`bind_${way}`, (pdu) => bind(session, pdu));
  }
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('close', () => sessions.delete(session));
  session.on('error', () => sessions.delete(session));
  const asking = setInterval(() => {
    if (session.closed) clearInterval(asking);
    else if (sessions.has(session)) session.enquire_link({}, () => { counted.answered_links += 1; });
  }, 500);
}).listen(options.port, '127.0.0.1');

function submittedOf(count, done) {
  if (counted.submitted >= count) return done(200, {});
  awaited.set(count, () => { awaited.delete(count); done(200, {}); });
  return undefined;
}

function write(said, done) {
  const session = [...sessions].find((each) => each.hears);
  if (!session) return done(503, {error: 'nobody is signed in'});
  // As carriers do: who has not answered after so long, or is gone, gets it once more.
  const late = setTimeout(() => done(504, {error: 'no answer'}), 60000);
  const gone = () => { clearTimeout(late); done(504, {error: 'it hung up'}); };
  session.once('close', gone);
  session.deliver_sm({
    source_addr_ton: 1, source_addr_npi: 1, source_addr: said.source,
    dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: said.destination,
    short_message: said.text,
  }, (answer) => {
    clearTimeout(late);
    session.removeListener('close', gone);
    done(200, {status: answer.command_status});
  });
  return undefined;
}

http.createServer((request, response) => {
  let ended = false;
  const done = (status, said) => {
    if (ended) return;
    ended = true;
    response.writeHead(status, {'Content-Type': 'application/json'});
    response.end(JSON.stringify(said));
  };
  let body = '';
  request.on('data', (some) => { body += some; });
  request.on('end', () => {
    const asked = `${request.method} ${request.url}`;
    if (asked === 'GET /texts') done(200, texts);
    else if (asked === 'GET /sessions') done(200, {now: sessions.size, ...counted});
    else if (asked.startsWith('GET /submitted?count=')) {
      submittedOf(Number(asked.split('=')[1]), done);
    } else if (asked === 'POST /write') write(JSON.parse(body), done);
    else if (asked === 'POST /hang_up') { sessions.forEach((each) => each.destroy()); done(200, {}); }
    else done(404, {});
  });
}).listen(options.control, '127.0.0.1');
