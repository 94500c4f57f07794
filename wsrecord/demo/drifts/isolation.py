"""What belongs to one user and reaches another."""

from ..auth import USERS
from ..events import Event
from .drift import Stage, field, order


@order("breaking", "WS311", of="agent_completed")
def answer_to_everybody(event: Event, stage: Stage) -> list[Event]:
    """An answer is sent to another user too."""
    stage.slip(event)
    return [event]


@order("breaking", "WS311", of="agent_thinking")
def thought_to_another(event: Event, stage: Stage) -> list[Event]:
    """Every thought is sent to another user too."""
    stage.slip(event)
    return [event]


@field("breaking", "WS311", of="tool_completed")
def user_id_wrong(event: Event, stage: Stage) -> None:
    """What a tool found says that it belongs to another user."""
    others = [user.user_id for user in USERS.values() if user.user_id != event["user_id"]]
    known = stage.foreign("connection_established")
    event["user_id"] = known["user_id"] if known else others[0]


@field("breaking", "WS311", of="agent_thinking")
def thread_id_of_another(event: Event, stage: Stage) -> None:
    """Thoughts name another user's thread."""
    known = stage.foreign("connection_established")
    event["thread_id"] = known["thread_id"] if known else event["thread_id"]


@field("breaking", "WS311", of="connection_established")
def resume_token_of_another(event: Event, stage: Stage) -> None:
    """The greeting hands out the token that resumes another user's thread."""
    known = stage.foreign("connection_established")
    event["resume_token"] = known["resume_token"] if known else event["resume_token"]
