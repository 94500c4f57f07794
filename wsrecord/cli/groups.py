"""Commands of commands."""

import click

from wsrecord.errors import did_you_mean


class Group(click.Group):
    """Says which command may have been meant where there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the words begin with."""
        name = args[0]
        hint = "" if self.get_command(ctx, name) else did_you_mean(name, self.list_commands(ctx))
        if hint and not name.startswith("-"):
            ctx.fail(f"No such command {name!r}{hint}")
        return super().resolve_command(ctx, args)
