"""What the servers here answer."""

import json


def reply(text: object) -> str:
    """Say the same again; refuse what is no `say`."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        message = None
    match message:
        case {"type": "say", "id": str(name), "text": str(said)} if len(said) <= 200:
            return json.dumps({"type": "said", "id": name, "text": said})
    return json.dumps({"type": "error"})
