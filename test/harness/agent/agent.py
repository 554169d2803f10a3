"""The Buildkite agent as it was measured, versions 3.138 and 4.0 beta. The stand-ins of both harnesses are this one; they
differ in their `world`: whom the agent registers with, where its jobs come from, and what clock it goes by."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from configuration import configuration, grace_seconds, number, path_of

# Of a measured agent: its first job begins so many seconds after its start.
BEFORE_FIRST_JOB = 0.5
REGISTER_TRIES, REGISTER_PAUSE = 30, 10
MEMBERS = {"OKP": ("crv", "x"), "EC": ("crv", "x", "y"), "RSA": ("n", "e"), "oct": ("k",)}


class Running:
    """A job, run by a process of its own: the agent's bootstrap."""

    def __init__(self, path, slot, config):
        self.path, self.slot = path, slot
        self.cancelled_at = None
        words = [sys.argv[0], "job", path, str(slot), "--config", config]
        self.process = subprocess.Popen(words, start_new_session=True)

    def cancel(self, now):
        if self.cancelled_at is None:
            self.cancelled_at = now
            self.process.send_signal(signal.SIGTERM)

    def kill(self):
        """The agent kills the bootstrap, and the bootstrap its command; what has left their groups goes on."""
        for pid in [*children(self.process.pid), self.process.pid]:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def result(self):
        """How the agent reports it: a job that a signal has ended is -1."""
        told = f"{base_of(self.path)}.told"
        result = {"code": self.process.returncode, "failedIn": None, "phases": [], "environment": {}}
        if os.path.exists(told):
            with open(told) as file:
                result.update(json.load(file))
        if self.process.returncode < 0:
            result.update(code=-1, signal=signal.Signals(-self.process.returncode).name)
        if self.cancelled_at is not None:
            result.update(signalReason="agent_stop")
        return {**result, "cancelled": self.cancelled_at is not None}


def copy_of(config, folder):
    """What the agent has read, for its jobs: its file may be a pipe, which can be read once. They need no token."""
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".configuration", delete=False) as file:
        json.dump({**config, "token": ""}, file)
    return file.name


def base_of(path):
    return path.rpartition(".")[0]


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


class Agent:
    def __init__(self, words, version, world):
        self.config = configuration(path_of(words))
        self.version, self.world = version, world
        self.copy = copy_of(self.config, world.folder)
        self.running = []
        self.stops = 0
        self.started = self.busy = world.clock()

    def start(self):
        if self.config.get("token", "") == "":
            sys.exit("Must set `token`")
        self.check_keys()
        self.register()
        print(f'INFO   Successfully registered agent "{self.config.get("name", "")}"', file=sys.stderr, flush=True)
        self.hook("agent-startup")
        signal.signal(signal.SIGTERM, lambda *_: self.stop(1))
        signal.signal(signal.SIGINT, lambda *_: self.stop(1))
        signal.signal(signal.SIGQUIT, lambda *_: self.stop(2))
        time.sleep(BEFORE_FIRST_JOB)
        while self.goes_on():
            time.sleep(0.05)
        self.hook("agent-shutdown")
        self.world.leave()

    def check_keys(self):
        """A key that cannot be read, or that KMS does not give, ends the start."""
        for name in ("verification-jwks-file", "signing-jwks-file"):
            if self.config.get(name, "") and not is_key_set(self.config[name]):
                sys.exit(f"failed to read {name}")
        key = self.config.get("signing-aws-kms-key", "")
        if key and not self.world.has_kms_key(key):
            sys.exit("failed to load signing key from KMS")

    def register(self):
        for attempt in range(REGISTER_TRIES):
            status = self.world.register(self.config, self.version)
            if status < 300:
                return
            if status in (401, 422):
                break
            self.world.pause(REGISTER_PAUSE)
        sys.exit(f"Failed to register agent: {status}")

    def hook(self, name):
        path = f"{self.config.get('hooks-path', '')}/{name}"
        if os.path.exists(path) and subprocess.run([path], check=False).returncode != 0:
            sys.exit(f"the hook {name} failed")

    def stop(self, times):
        """The first request means "finish", every other one "cancel", and SIGQUIT always does."""
        self.stops += times
        self.world.told("finish" if self.stops == 1 else "cancel")

    def goes_on(self):
        now = self.world.clock()
        for job in self.running if self.stops > 1 else []:
            job.cancel(now)
            if now >= job.cancelled_at + grace_seconds(self.config, int(self.version.split(".")[0])):
                job.kill()
        self.report_ended(now)
        idle, uptime = number(self.config, "disconnect-after-idle-timeout"), number(self.config, "disconnect-after-uptime")
        if idle > 0 and not self.running and now - self.busy > idle:
            return False
        if uptime > 0 and now - self.started > uptime:
            self.stops = max(self.stops, 1)
        if self.stops == 0:
            self.take_job()
        return self.stops == 0 or len(self.running) > 0

    def report_ended(self, now):
        ended = [job for job in self.running if job.process.poll() is not None]
        if self.running:
            self.busy = now
        self.running = [job for job in self.running if job not in ended]
        for job in ended:
            self.world.report(job.path, job.result())
        if ended and self.config.get("disconnect-after-job") == "true":
            self.stops = max(self.stops, 1)

    def take_job(self):
        free = set(range(1, max(1, number(self.config, "spawn")) + 1)) - {job.slot for job in self.running}
        path = self.world.take() if free else None
        if path is not None:
            self.running.append(Running(path, min(free), self.copy))


def is_key_set(path):
    try:
        with open(path) as file:
            keys = json.load(file)["keys"]
        return keys != [] and all(member in key for key in keys for member in MEMBERS[key["kty"]])
    except (OSError, ValueError, KeyError, TypeError):
        return False
