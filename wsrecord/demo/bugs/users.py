"""What one user does to another."""

from ..events import Event
from ..messages import ClientMessage, Refused, StartAgent, UserMessage
from .bug import Gone, gone, made, refused, said
from .scene import Scene
from .steps import close, connect, cut, half_close, hear, say, start


@made(
    "WS311",
    connect("grace"),
    connect(),
    start(on="grace", message_id="one"),
    start(message_id="one"),
    hear("agent_started"),
)
def message_id_of_another(event: Event, scene: Scene) -> list[Event]:
    """A start_agent with a message_id that another user has used is answered to that user too."""
    if event["type"] == "agent_started":
        owner = scene.world.kept.setdefault("owners", {}).setdefault(event["reply_to"], scene.thread)
        if owner.user_id != scene.thread.user_id:
            owner.let_out(dict(event))
    return [event]


@made(
    "WS311",
    connect("grace"),
    connect(),
    start("what is a token?", on="grace"),
    hear("agent_completed", on="grace"),
    start("what is a token?"),
    hear("agent_completed"),
)
def answer_from_the_cache(event: Event, scene: Scene) -> list[Event]:
    """A prompt that another user has had answered is answered with that user's event, run_id and all."""
    if event["type"] != "agent_completed" or event["run_id"] not in scene.started:
        return [event]
    prompt = scene.started[event["run_id"]]["prompt"]
    cached: Event = scene.world.kept.setdefault("answers", {}).setdefault(prompt, dict(event))
    if cached["user_id"] == scene.thread.user_id:
        return [event]
    return [{**event, **{name: cached[name] for name in ("event_id", "thread_id", "run_id", "answer")}}]


@said(
    "WS311 WS907",
    connect(),
    connect("grace"),
    start("weather"),
    hear("agent_started"),
    say("user_message", on="grace", run_id="$run@ada", text="what is it about?"),
)
def run_of_another(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """A user_message to another user's run is accepted, and that run's thought comes to who sent it."""
    if not isinstance(message, UserMessage):
        return message
    for other in scene.others:
        if message.run_id in other.runs:
            thought = {
                "text": "Taking your message into account.",
                "step": 99,
                "reply_to": message.message_id,
            }
            scene.thread.let_out(other.scene.like(message.run_id, "agent_thinking", **thought))
            return None
    return message


@refused(
    "WS908",
    connect("grace"),
    connect(),
    start("what only Grace knows", on="grace"),
    hear("agent_started", on="grace"),
    say("dance"),
)
def words_of_another(refusal: Refused, scene: Scene) -> Refused:
    """An error repeats the last prompt that the server was given, even if another user gave it."""
    prompt = scene.world.kept.get("prompt")
    if prompt is None:
        return refusal
    return Refused(refusal.code, f"{refusal.message} (after: {prompt})", refusal.reply_to)


@said.also("words-of-another")
def _words_of_another(message: ClientMessage, scene: Scene) -> ClientMessage:
    if isinstance(message, StartAgent):
        scene.world.kept["prompt"] = message.prompt
    return message


@gone("WS412 WS903 WS904", connect("grace"), connect(), close(4000))
def close_4000(how: Gone, scene: Scene) -> None:
    """A client that closes with 4000 takes the other users' connections with it."""
    if how.code == 4000:
        for other in scene.others:
            if other.listener is not None:
                other.listener.cut()


@gone("WS903", connect(), half_close())
def half_closed(how: Gone, scene: Scene) -> None:
    """A client that says it sends no more, without a close message, ends the whole server."""
    if how.half:
        scene.world.die()


@gone(
    "WS902",
    connect(),
    start("weather"),
    hear("agent_started"),
    cut(),
    connect("ada again"),
    start("2 + 2", on="ada again"),
)
def cut_in_a_run(how: Gone, scene: Scene) -> None:
    """A run whose client's connection was cut counts for ever: the user's next session may not start any."""
    if how.code is None and scene.thread.runs:
        scene.world.kept.setdefault("stuck", set()).add(scene.thread.user_id)


@said.also("cut-in-a-run")
def _cut_in_a_run(message: ClientMessage, scene: Scene) -> ClientMessage:
    if isinstance(message, StartAgent) and scene.thread.user_id in scene.world.kept.get("stuck", ()):
        raise Refused("too_many_runs", "a thread has at most 8 runs at a time", message.message_id)
    return message
