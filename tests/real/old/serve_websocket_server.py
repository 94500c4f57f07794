"""websocket-server, as its page shows it."""

import sys

from talk import reply
from websocket_server import WebsocketServer

server = WebsocketServer(port=int(sys.argv[1]), host="127.0.0.1")
server.set_fn_message_received(lambda client, server, text: server.send_message(client, reply(text)))
server.run_forever()
