"""What the tap tells of HTTP, as records of a cassette."""

from typing import TYPE_CHECKING

from wsrecord.cassette.model import Request, Response

if TYPE_CHECKING:
    from wsrecord.wire.http import WholeRequest, WholeResponse


def request_record(request: "WholeRequest", connection: int, exchange: int, session: int | None) -> Request:
    """A whole request."""
    head, body = request.head, request.body
    return Request(
        t=request.t,
        began=request.began,
        connection=connection,
        exchange=exchange,
        method=head.method,
        path=head.path,
        headers=head.headers,
        http=head.http,
        session=session,
        body=body.content,
        size=body.size,
        unkept=body.unkept,
    )


def response_record(
    response: "WholeResponse", connection: int, exchange: int, session: int | None
) -> Response:
    """A whole answer."""
    head, body = response.head, response.body
    return Response(
        t=response.t,
        began=response.began,
        connection=connection,
        exchange=exchange,
        status=head.status,
        reason=head.reason,
        headers=head.headers,
        http=head.http,
        session=session,
        body=body.content,
        size=body.size,
        unkept=body.unkept,
    )
