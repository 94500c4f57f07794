// JupyterLab's own client: makes a kernel over REST, runs cells on its channels, and deletes the kernel.
import WebSocket from "ws";
import services from "@jupyterlab/services";

const { KernelManager, ServerConnection } = services;
const [url] = process.argv.slice(2);
const serverSettings = ServerConnection.makeSettings({
  baseUrl: url,
  wsUrl: url.replace("http", "ws"),
  token: "",
  WebSocket,
  fetch,
  Request,
  Headers,
});
const manager = new KernelManager({ serverSettings, standby: "never" });
const kernel = await manager.startNew({ name: "python3" });
await kernel.info;
for (const code of ["print('one')\n6 * 7", "1 / 0"]) {
  const reply = await kernel.requestExecute({ code, stop_on_error: false }).done;
  console.log(reply.content.status, reply.content.execution_count);
}
const complete = await kernel.requestComplete({ code: "impor", cursor_pos: 5 });
console.log(complete.content.matches.join(" "));
console.log(kernel.serverSettings.WebSocket === WebSocket);
await kernel.shutdown();
manager.dispose();
