// graphql-ws, the library that graphql-transport-ws comes from: a query, two subscriptions at once, one left early.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url] = process.argv.slice(2);
const client = createClient({ url, webSocketImpl: WebSocket, lazy: false, connectionParams: { room: "blue" } });

async function all(query, most = Infinity) {
  const found = [];
  for await (const one of client.iterate({ query })) {
    found.push(JSON.stringify(one.data));
    if (found.length >= most) break;
  }
  return found.join(" ");
}

console.log(await all('{ hello(name: "Ada") }'));
const [counted, spoken] = await Promise.all([
  all("subscription { count(to: 4) { number square } }"),
  all('subscription { words(text: "one two three") }'),
]);
console.log(counted);
console.log(spoken);
console.log(await all("subscription { count(to: 1000) { number } }", 2));
console.log(await all("{ missing }").catch((errors) => errors[0].message));
await client.dispose();
