"""Process 1 of a sandbox: bridge.py AWS ADDRESS:PORT=SOCKET ... makes each address answer by way of a Unix socket, behind
which the test's own servers listen. The network namespace has no other way out. It also runs the AWS CLI, see aws_cli.py."""

import asyncio
import signal
import subprocess
import sys

import aws_cli


async def pass_on(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


def door(socket):
    async def enter(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(socket)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))
        far_writer.close()
        writer.close()

    return enter


async def main(aws, doors):
    for word in doors:
        place, socket = word.split("=", 1)
        address, port = place.rsplit(":", 1)
        if not address.startswith("127."):
            subprocess.run(["ip", "addr", "add", f"{address}/32", "dev", "lo"], check=True)
        await asyncio.start_server(door(socket), address, int(port))
    aws_cli.listen(aws)
    # Nobody else reaps the processes whose parents have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2:]))
