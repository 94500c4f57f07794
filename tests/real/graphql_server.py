"""A GraphQL server by strawberry, in a process of its own: subscriptions over graphql-transport-ws."""

import asyncio
import sys
from collections.abc import AsyncGenerator

import strawberry
import uvicorn
from strawberry.asgi import GraphQL


@strawberry.type
class Counted:
    number: int
    square: int


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str) -> str:
        return f"hello {name}"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[Counted, None]:
        for number in range(to):
            yield Counted(number=number, square=number * number)
            await asyncio.sleep(0.02)

    @strawberry.subscription
    async def words(self, text: str) -> AsyncGenerator[str, None]:
        for word in text.split():
            yield word
            await asyncio.sleep(0.03)


if __name__ == "__main__":
    app = GraphQL(strawberry.Schema(query=Query, subscription=Subscription))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
