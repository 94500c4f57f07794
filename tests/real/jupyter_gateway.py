"""A client of a Jupyter server: what another Jupyter server uses to run its kernels there."""

import asyncio
import sys

CELLS = ("print('one')\n6 * 7", "1 / 0")


async def gateway(url: str) -> None:
    """Run the cells as a server does that has its kernels elsewhere."""
    from jupyter_server.gateway.gateway_client import GatewayClient
    from jupyter_server.gateway.managers import GatewayMappingKernelManager

    GatewayClient.instance().url = url
    manager = GatewayMappingKernelManager()
    number = await manager.start_kernel(kernel_name="python3")
    client = manager.get_kernel(number).client()
    await client.start_channels(hb=False, control=False)
    for cell in CELLS:
        asked, idle = client.execute(cell, stop_on_error=False), False
        while not idle:
            heard = await client.get_iopub_msg(timeout=30)
            mine = heard["parent_header"].get("msg_id") == asked
            idle = mine and heard["content"].get("execution_state") == "idle"
        reply = await client.get_shell_msg(timeout=30)
        print(reply["content"]["status"], reply["content"]["execution_count"])
    client.stop_channels()
    await manager.shutdown_kernel(number)


if __name__ == "__main__":
    asyncio.run(gateway(sys.argv[1]))
