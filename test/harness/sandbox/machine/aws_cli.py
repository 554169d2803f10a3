"""Runs the real AWS CLI for the calls of `aws`, each in a fork of process 1, which has read the CLI's code already: to
read it again takes longer than most calls. An AWS CLI that is no Python program is started as it is."""

import asyncio
import gc
import marshal
import os
import pwd
import signal
import socket
import struct
import sys
import threading
import traceback

SOCKET = "/run/sandbox/aws-cli.sock"
ENDPOINT = ["--endpoint-url", "http://127.0.0.1:5000"]
# In place of the caller's, for the computer may be busy; the last one counts.
LIMITS = ["--cli-connect-timeout", "300", "--cli-read-timeout", "300"]
METADATA_LIMIT = b"AWS_METADATA_SERVICE_TIMEOUT"
# Numbers of files that no caller has.
CONNECTION, SPARE = 900, 600


def listen(program):
    """To be called in asyncio's loop."""
    driver = driver_of(program)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET)
    os.chmod(SOCKET, 0o666)
    listener.listen(64)
    asyncio.get_running_loop().add_reader(listener, fork, listener, program, driver)


def driver_of(program):
    with open(program, "rb") as file:
        if not file.readline().startswith(b"#!"):
            return None
    try:
        import awscli.clidriver
    except ImportError:
        return None
    return awscli.clidriver


def fork(listener, program, driver):
    connection = listener.accept()[0]
    if os.fork() != 0:
        connection.close()
        return
    # What process 1 had must not be closed when it is collected: its files' numbers have another meaning here.
    gc.disable()
    gc.freeze()
    code = 255
    try:
        code = run(connection, program, driver)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os.write(CONNECTION, bytes([(code or 0) & 255]))
            os._exit(0)


def run(connection, program, driver):
    words, environment = take_over(connection)
    # The CLI put its own folder there when it was read.
    own = {b"AWS_DATA_PATH": os.environb[b"AWS_DATA_PATH"]} if driver else {}
    os.environb.clear()
    os.environb.update({**environment, **own})
    if not something_hangs():
        words += LIMITS
        if METADATA_LIMIT in os.environb:
            os.environb[METADATA_LIMIT] = b"300"
    threading.Thread(target=end_with_caller, daemon=True).start()
    sys.argv = [program, *ENDPOINT, *words]
    return driver.main() if driver else os.spawnv(os.P_WAIT, program, sys.argv)


def take_over(connection):
    """Makes the caller's files, folder and user this process's own, and closes everything else."""
    head, files, _, _ = socket.recv_fds(connection, 4, 64)
    with connection.makefile("rb") as stream:
        words, environment, folder, mask, numbers = marshal.loads(stream.read(int.from_bytes(head, "big")))
    user, group = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1:]
    os.dup2(connection.fileno(), CONNECTION, inheritable=False)
    spare = [os.dup2(file, SPARE + index) for index, file in enumerate(files)]
    os.closerange(0, SPARE)
    for number, file in zip(numbers, spare):
        os.dup2(file, number)
    os.closerange(SPARE, CONNECTION)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.umask(mask)
    if user != 0:
        os.initgroups(pwd.getpwuid(user).pw_name, group)
        os.setgid(group)
        os.setuid(user)
    os.chdir(folder)
    return words, environment


def something_hangs():
    with open("/run/sandbox/hangs") as file:
        return file.read().strip() == "1"


def end_with_caller():
    os.read(CONNECTION, 1)
    os._exit(137)
