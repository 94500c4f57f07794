"""Small servers that count: what they number are requests, orders, rooms and messages, or nothing at all."""

import json
import random
from collections.abc import Callable, Iterator, Sequence

from judge.transcript import recording

from wsrecord.cassette.recording import Recording

Server = Callable[[random.Random], Iterator[str]]
_SAID = ("hello", "how_are_you", "see_you_at_five", "lunch?", "not_today", "on_my_way")
_SKUS = ("apple", "pear", "plum", "fig")


def rpc(chance: random.Random) -> Iterator[str]:
    """JSON-RPC as it is: requests are counted from 1, answers overtake each other."""
    said = []
    for number in range(1, chance.randint(6, 12)):
        method = chance.choice(["sum", "search", "sleep"])
        asked = {"jsonrpc": "2.0", "id": number, "method": method, "params": {"of": chance.randint(1, 9)}}
        answer = {"jsonrpc": "2.0", "id": number, "result": {"value": chance.randint(0, 50)}}
        said.append([f">> {json.dumps(asked)}", f"<< {json.dumps(answer)}"])
    yield from overlapping(said, chance)


def calls(chance: random.Random) -> Iterator[str]:
    """The same with words of its own: `id: 1` is answered by `id: 1`, and what goes on is told meanwhile."""
    yield "< hello version=3"
    said = []
    for number in range(1, chance.randint(5, 10)):
        said.append([f"> call id={number} op={chance.choice(['sum', 'search'])} n={chance.randint(0, 9)}"])
        if chance.random() < 0.5:
            said[-1].append(f"< working id={number} percent={chance.randint(1, 99)}")
        failed = chance.random() < 0.3
        said[-1].append(
            f"< failed id={number} code=7" if failed else f"< result id={number} value={number * 3}"
        )
    yield from overlapping(said, chance)


def orders(chance: random.Random) -> Iterator[str]:
    """A shop that numbers its orders, one counter for all its clients; some orders are cancelled."""
    first = chance.randint(1000, 5000)
    yield f"< welcome shop=3 open_orders={chance.randint(0, 4)}"
    said = []
    for order in range(chance.randint(4, 8)):
        many = chance.randint(1, 4)
        lines = [f"> buy sku={chance.choice(_SKUS)} quantity={many}"]
        lines.append(f"< order_accepted order_id={order} total={many * 12}")
        if chance.random() < 0.3:
            lines += [f"> cancel order_id={order}", f"< order_cancelled order_id={order}"]
        else:
            lines += [f"< order_paid order_id={order} total={many * 12}", f"< order_shipped order_id={order}"]
        said.append(lines)
    given: dict[str, int] = {}  # an order has its number from when it is accepted
    for line in overlapping(said, chance):
        before, mark, rest = line.partition("order_id=")
        name, _, more = rest.partition(" ")
        number = given.setdefault(name, first + len(given)) if mark else ""
        yield f"{before}{mark}{number} {more}".rstrip()


def chat(chance: random.Random) -> Iterator[str]:
    """Rooms and messages are rows of a database; there are few rooms, and many messages."""
    message = chance.randint(500, 9000)
    said = []
    for room in chance.sample(range(1, 30), chance.randint(2, 3)):
        lines = [f"> join room_id={room}", f"< joined room_id={room} members={chance.randint(1, 9)}"]
        for _ in range(chance.randint(2, 5)):
            message += chance.randint(1, 3)
            lines.append(f"> say room_id={room} text={chance.choice(_SAID)}")
            lines.append(f"< message room_id={room} message_id={message} text={chance.choice(_SAID)}")
            if chance.random() < 0.6:
                lines += [f"> react message_id={message}", f"< reacted message_id={message} likes=1"]
        said.append([*lines, f"> leave room_id={room}", f"< left room_id={room}"])
    yield from overlapping(said, chance)


def counting(chance: random.Random) -> Iterator[str]:
    """Percentages, counts, prices, and a number on each event: much that is equal, and no id."""
    seq = 0
    for total in range(1, chance.randint(3, 5)):
        steps = chance.choice([4, 5, 10])
        yield f"> upload size={chance.choice([100, 200, 300])}"
        for step in range(1, steps + 1):
            seq += 1
            yield f"< progress seq={seq} percent={100 * step // steps} step={step}"
            if chance.random() < 0.4:
                seq += 1
                yield f"< price seq={seq} amount={chance.choice([5, 10, 12.5, 20])} volume={step}"
        seq += 1
        yield f"< stored seq={seq} percent=100 step={steps} total={total}"
        yield f"> count last={seq}"
        seq += 1
        yield f"< counted seq={seq} total={total} last={seq - 1}"


def renamed(server: Server, **names: str) -> Server:
    """The same with other names for its fields; `id_of_server` is that of what the server says."""

    def lines(chance: random.Random) -> Iterator[str]:
        for line in server(chance):
            for name, other in names.items():
                old, side = name.removesuffix("_of_server"), "<" if name.endswith("_of_server") else ""
                if line.startswith(side):
                    line = line.replace(f" {old}=", f" {other}=")  # noqa: PLW2901
            yield line

    return lines


def one_order(chance: random.Random) -> Iterator[str]:
    """A client who buys once, and a server that has nothing else to say."""
    order = chance.randint(1000, 5000)
    yield f"> buy sku={chance.choice(_SKUS)}"
    yield from (f"< order_{what} order_id={order}" for what in ("accepted", "paid", "shipped"))


def one_room(chance: random.Random) -> Iterator[str]:
    """Clients that look into one room each."""
    room, message = chance.randint(1, 30), chance.randint(500, 9000)
    yield f"> join room_id={room}"
    yield f"< joined room_id={room} members={chance.randint(1, 9)}"
    for _ in range(chance.randint(1, 5)):
        message += chance.randint(1, 3)
        if chance.random() < 0.5:
            yield f"> say room_id={room} text={chance.choice(_SAID)}"
        yield f"< message room_id={room} message_id={message} text={chance.choice(_SAID)}"


def market(chance: random.Random) -> Iterator[str]:
    """Prices that rise, in bids and trades alike; players' levels; a page after the other."""
    price = chance.randint(100, 300)
    for page in range(1, chance.randint(4, 8)):
        price += chance.randint(-2, 6)
        yield f"> look page={page} level={chance.randint(1, 3)}"
        yield f"< shown page={page} rows={chance.randint(1, 20)} level={chance.randint(1, 3)}"
        yield f"< bid amount={price} seen={page}"
        if chance.random() < 0.9:
            yield f"< trade amount={price} at={price + 100}"


SERVERS: dict[str, Server] = {
    **{one.__name__: one for one in (rpc, calls, orders, one_order, chat, one_room, counting, market)},
    "calls by req": renamed(calls, id="req"),
    "calls by reply_to": renamed(calls, id_of_server="reply_to"),
    "calls by request_id": renamed(calls, id_of_server="request_id"),
    "orders by order": renamed(orders, order_id="order"),
    "orders by orderNo": renamed(orders, order_id="orderNo"),
}


def overlapping(said: Sequence[Sequence[str]], chance: random.Random, most: int = 3) -> Iterator[str]:
    """What belongs together stays in its order; up to three such things are under way at once."""
    waiting, going = [list(lines) for lines in said], [[""]][:0]
    while waiting or going:
        if waiting and len(going) < most and (not going or chance.random() < 0.4):
            going.append(waiting.pop(0))
        lines = chance.choice(going)
        yield lines.pop(0)
        going = [one for one in going if one]


def recorded(server: str, seed: int) -> Recording:
    """A client's visit."""
    return recording(*SERVERS[server](random.Random(seed)))
