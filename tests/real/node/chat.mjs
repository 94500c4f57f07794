// Asks what the URL's server was asked when it was recorded; prints the types of what it hears.
import WebSocket from "ws";

const client = new WebSocket(process.argv[2], ["agent.v1"]);
const heard = [];
client.on("message", (data) => {
  const said = JSON.parse(data);
  heard.push(said.type);
  if (said.type === "connection_established")
    client.send(JSON.stringify({ type: "start_agent", message_id: "0b54a3be-6f4d-4a52-9d27-1e6f0a9d5c11", prompt: "hi" }));
  if (said.type === "agent_started") heard.push(said.reply_to);
  if (said.type === "agent_completed") client.close(1000);
});
client.on("ping", () => {});
client.on("close", () => console.log(JSON.stringify(heard)));
client.on("error", (error) => console.log(JSON.stringify(String(error))));
