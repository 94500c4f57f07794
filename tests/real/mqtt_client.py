"""Two clients of a broker, by Eclipse's paho: all qualities of service; run with a URL and a version."""

import json
import queue
import sys
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTMessage

WITHIN = 20
QUIET = 4  # seconds until a client that has nothing to say says so


class Talker:
    """A client, and what came to it."""

    def __init__(self, url: str, version: int, name: str) -> None:
        self._came: queue.Queue[tuple[str, Any]] = queue.Queue()
        # in version 5 the broker gives a client its name
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name if version < 5 else "",
            protocol=version,
            transport="websockets",
            reconnect_on_failure=False,
        )
        self._client.ws_set_options(path="/mqtt")
        self._client.on_connect = lambda *_: self._came.put(("connected", None))
        self._client.on_subscribe = lambda *_: self._came.put(("subscribed", None))
        self._client.on_unsubscribe = lambda *_: self._came.put(("unsubscribed", None))
        self._client.on_disconnect = lambda *_: self._came.put(("gone", None))
        self._client.on_message = self._heard
        self._client.on_log = lambda _client, _data, _level, text: (
            self._came.put(("alive", None)) if text == "Received PINGRESP" else None
        )
        place = urlsplit(url)
        self._client.connect(str(place.hostname), place.port or 80, keepalive=QUIET)
        self._client.loop_start()
        self.until("connected")

    def _heard(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._came.put((message.topic, f"{message.qos}:{json.loads(message.payload)['word']}"))

    def until(self, what: str) -> Any:
        """Wait for the next that came, which must be this."""
        came, held = self._came.get(timeout=WITHIN)
        while came == "alive" != what:
            came, held = self._came.get(timeout=WITHIN)
        assert came == what, f"{came}, not {what}"
        return held

    def subscribe(self, *filters: tuple[str, int]) -> None:
        self._client.subscribe(list(filters))
        self.until("subscribed")

    def unsubscribe(self, *filters: str) -> None:
        self._client.unsubscribe(list(filters))
        self.until("unsubscribed")

    def publish(self, topic: str, qos: int, payload: dict[str, Any]) -> None:
        self._client.publish(topic, json.dumps(payload), qos).wait_for_publish(WITHIN)

    def leave(self) -> None:
        self._client.disconnect()
        self.until("gone")
        self._client.loop_stop()


def talk(url: str, version: int) -> None:
    """Ada listens and talks; Bob comes by and says one thing."""
    ada = Talker(url, version, "ada")
    ada.subscribe(("room/said", 1), ("room/done", 2))
    for number, word in enumerate(["one", "two"]):
        ada.publish("room/said", 0, {"number": number, "word": word})
    print(ada.until("room/said"), ada.until("room/said"))
    ada.publish("room/said", 1, {"number": 2, "word": "three"})
    print(ada.until("room/said"))
    ada.publish("room/done", 2, {"number": 3, "word": "four"})
    print(ada.until("room/done"))
    bob = Talker(url, version, "bob")
    bob.publish("room/said", 1, {"number": 4, "word": "five"})
    bob.leave()
    print(ada.until("room/said"))
    ada.until("alive")
    ada.unsubscribe("room/said", "room/done")
    ada.leave()


if __name__ == "__main__":
    talk(sys.argv[1], int(sys.argv[2]))
