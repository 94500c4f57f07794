// The scenario's client with `ws`: reads what to do from stdin, writes what it saw to stdout.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import WebSocket from "ws";

const told = JSON.parse(readFileSync(0, "utf8"));
const ca = told.ca ? readFileSync(told.ca) : undefined;
const saw = [];
const newEachTime = new Set(["date", "sec-websocket-accept"]);

const steady = (raw) => {
  const lines = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    if (!newEachTime.has(name)) lines.push(`${name}: ${raw[i + 1]}`);
  }
  return lines;
};

const web = told.ca ? https : http;
const agent = new web.Agent({ keepAlive: true, maxSockets: 1, ca });

async function ask(method, path, body) {
  const request = web.request(told.http + path, { method, agent });
  request.end(body);
  const [answer] = await once(request, "response");
  const parts = [];
  for await (const part of answer) parts.push(part);
  saw.push([answer.statusCode, steady(answer.rawHeaders), Buffer.concat(parts).toString("hex")]);
}

// every event of a socket in order, so that none is lost between two awaits
function inbox(ws) {
  const events = [];
  let wake = () => {};
  const put = (...event) => {
    events.push(event);
    wake();
  };
  ws.on("upgrade", (answer) => put("upgrade", steady(answer.rawHeaders)));
  ws.on("open", () => put("open", ws.protocol, ws.extensions));
  ws.on("message", (data, binary) => put(binary ? "binary" : "text", data.toString(binary ? "hex" : "utf8")));
  ws.on("ping", (data) => put("ping", data.toString()));
  ws.on("pong", (data) => put("pong", data.toString()));
  ws.on("close", (code, reason) => put("close", code, reason.toString()));
  ws.on("error", (error) => put("error", error.message.replace(/:\d+/, "")));
  return async (count = 1) => {
    while (events.length < count) await new Promise((resolve) => (wake = resolve));
    saw.push(...events.splice(0, count));
  };
}

await ask("GET", "/hello?x=1");
await ask("POST", "/echo", JSON.stringify({ text: told.said[0] }));
await ask("HEAD", "/nothing");
agent.destroy();

const talk = new WebSocket(`${told.ws}/ws?run=talk`, told.protocols, {
  ca,
  perMessageDeflate: { threshold: 0 },
});
let next = inbox(talk);
await next(2);
for (const [i, text] of told.said.entries()) {
  talk.send(text);
  await next(told.answers[i]);
}
const binary = Buffer.from(told.binary, "hex");
talk.send(binary.subarray(0, 100), { fin: false, binary: true });
talk.send(binary.subarray(100), { fin: true, binary: true });
await next();
talk.ping(told.ping);
await next();
talk.close(...told.clientClose);
await next();

const closed = new WebSocket(`${told.ws}/ws?run=closed`, told.protocols, { ca, perMessageDeflate: false });
next = inbox(closed);
await next(2);
closed.send(told.serverClose);
await next();

const refused = new WebSocket(`${told.ws}/refused`, { ca });
next = inbox(refused);
await next(2); // the error, then the close

console.log(JSON.stringify(saw));
