"""Truth: each function awaits, or does, what its name says. `sleep`, `network` and `gathered` take 30 ms, `lock` 10 ms for
each call that holds the lock, `computing` some 10 ms of Python code.
"""

import asyncio
import socket

INPUTS = range(12)
LOCK = []


async def sleep(number):
    await asyncio.sleep(0.03)


async def gathered(number):
    await asyncio.gather(asyncio.sleep(0.03), asyncio.sleep(0.02))


async def network(number):
    one, other = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=one)
    asyncio.get_running_loop().call_later(0.03, other.send, b"x")
    await reader.readexactly(1)
    writer.close()
    other.close()


async def lock(number):
    if not LOCK:
        LOCK.append(asyncio.Lock())
    async with LOCK[0]:
        await asyncio.sleep(0.01)


async def computing(number):
    total = number
    for i in range(100_000):
        total = (total * 31 + i) % 1_000_003
    return total
