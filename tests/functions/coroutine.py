"""Truth: a call awaits 20 ms. One event loop with as many tasks as there are inputs."""

import asyncio

INPUTS = range(24)


async def wait(number):
    await asyncio.sleep(0.02)
    return number
