// Socket.IO's own client: polling first, then the upgrade; events, acknowledgements, bytes.
import { io } from "socket.io-client";

const [url] = process.argv.slice(2);
const socket = io(url, { auth: { user: "ada" }, reconnection: false, forceNew: true });
const came = (name) => new Promise((resolve) => socket.once(name, resolve));
const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));

const welcome = await came("welcome");
await upgraded;
console.log(welcome.user, socket.io.engine.transport.name);
const joined = came("joined");
console.log((await socket.emitWithAck("join", "blue")).room, (await joined).members);
const said = [];
socket.on("said", (one) => said.push(one.word));
const done = came("done");
socket.emit("say", { room: "blue", text: "one two three" });
console.log((await done).count, said.join(" "));
console.log((await socket.emitWithAck("blob", Buffer.from("abc"))).toString());
socket.disconnect();
