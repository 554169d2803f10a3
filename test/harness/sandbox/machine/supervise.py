"""One service of the stand-in for systemd, run by a process of its own from its start to its end."""

import ctypes
import json
import os
import pwd
import grp
import re
import shlex
import signal
import subprocess
import time

from recording import SHARED, record, speed
from units import RUNNING

STATES = "/run/units"
CLEAN = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE}
PR_SET_CHILD_SUBREAPER = 36


def state_of(name):
    try:
        with open(f"{STATES}/{name}") as file:
            return json.load(file)
    except FileNotFoundError:
        active, sub = ("active", "running") if name in RUNNING else ("inactive", "dead")
        return {"active": active, "sub": sub, "pid": 0, "supervisor": 0, "result": "success", "entered": 0}


def set_state(name, **changes):
    os.makedirs(STATES, exist_ok=True)
    state = {**state_of(name), **changes}
    if changes.get("active") == "active":
        state["entered"] = int(time.monotonic() * 1_000_000)
    with open(f"{STATES}/.{name}.{os.getpid()}", "w") as file:
        json.dump(state, file)
    os.rename(file.name, f"{STATES}/{name}")
    return state


def descendants(pid):
    """What systemd would find in the control group: orphans belong to the supervisor."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return children + [each for child in children for each in descendants(child)]


def kill_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


class Service:
    def __init__(self, unit):
        self.unit = unit
        self.speed = speed()
        self.stopping = False

    def run(self):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.signal(signal.SIGUSR1, lambda *_: self.stop())
        starts = []
        while True:
            starts.append(time.time())
            result, code, number = self.once()
            self.after(result, code, number)
            if not self.restarts(result, number) or len([s for s in starts if s > time.time() - 10 / self.speed]) >= 5:
                break
            set_state(self.unit.name, active="activating", sub="auto-restart", pid=0)
            time.sleep((self.unit.seconds("RestartSec", "100ms") or 0) / self.speed)
            if self.stopping:
                break
        stays = self.unit.one("Type") == "oneshot" and self.unit.yes("RemainAfterExit") and result == "success"
        active, sub = ("active", "exited") if stays and not self.stopping else ("inactive", "dead")
        if result != "success":
            active, sub = "failed", "failed"
        set_state(self.unit.name, active=active, sub=sub, pid=0, supervisor=0, result=result)
        if result != "success":
            for name in self.unit.names("OnFailure"):
                subprocess.run(["systemctl", "start", "--no-block", name], check=False)
            if self.unit.one("FailureAction").startswith("poweroff"):
                subprocess.run(["systemctl", "poweroff"], check=False)

    def once(self):
        """The service from start to end: result, exit code, and the signal that ended it."""
        set_state(self.unit.name, active="activating", sub="start", supervisor=os.getpid(), result="success")
        self.make_folders()
        for command in [*self.unit.all("ExecCondition"), *self.unit.all("ExecStartPre")]:
            if self.to_end(command) != 0:
                return "exit-code", 1, 0
        code = 0
        oneshot = self.unit.one("Type") == "oneshot"
        for command in self.unit.all("ExecStart"):
            child = self.start(command)
            if child is None:
                return "exit-code", 203, 0
            settled = {} if oneshot else {"active": "active", "sub": "running"}
            set_state(self.unit.name, pid=child.pid, **settled)
            code = wait(child)
            if code != 0:
                break
        set_state(self.unit.name, active="deactivating", sub="stop-post", pid=0)
        allowed = [int(word) for content in self.unit.all("SuccessExitStatus") for word in re.findall(r"\d+", content)]
        if code < 0:
            return ("success" if -code in CLEAN else "signal"), 0, -code
        return ("success" if code == 0 or code in allowed else "exit-code"), code, 0

    def make_folders(self):
        for key, base in ("RuntimeDirectory", "/run"), ("StateDirectory", "/var/lib"), ("LogsDirectory", "/var/log"):
            for name in [name for content in self.unit.all(key) for name in content.split()]:
                os.makedirs(f"{base}/{name}", exist_ok=True)
                owner = pwd.getpwnam(self.unit.one("User", "root"))
                os.chown(f"{base}/{name}", owner.pw_uid, owner.pw_gid)
                os.chmod(f"{base}/{name}", int(self.unit.one(f"{key}Mode", "0755"), 8))

    def after(self, result, code, number):
        mode = self.unit.one("KillMode", "control-group")
        if mode in ("control-group", "mixed"):
            kill_all(descendants(os.getpid()), signal.SIGKILL if mode == "mixed" else signal.SIGTERM)
        name = signal.Signals(number).name[3:] if number else ""
        told = {
            "SERVICE_RESULT": result,
            "EXIT_CODE": "killed" if number else "exited",
            "EXIT_STATUS": name or str(code),
        }
        for command in self.unit.all("ExecStopPost"):
            self.to_end(command, told)

    def restarts(self, result, number):
        policy = self.unit.one("Restart", "no")
        if self.stopping:
            return False
        if number and signal.Signals(number).name in self.unit.one("RestartForceExitStatus"):
            return True
        return policy == "always" or (policy == "on-failure" and result != "success")

    def stop(self):
        self.stopping = True
        state = set_state(self.unit.name, active="deactivating", sub="stop-sigterm")
        number = signal.Signals[self.unit.one("KillSignal", "SIGTERM")]
        if self.unit.one("KillMode", "control-group") == "control-group":
            kill_all(descendants(os.getpid()), number)
        elif state["pid"]:
            kill_all([state["pid"]], number)
        limit = self.unit.seconds("TimeoutStopSec", "90s")
        if limit is not None:
            signal.signal(signal.SIGALRM, lambda *_: kill_all(descendants(os.getpid()), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, max(limit / self.speed, 60))

    def to_end(self, command, more=None):
        child = self.start(command, more)
        code = 203 if child is None else wait(child)
        return 0 if command.startswith("-") else code

    def start(self, command, more=None):
        prefix = re.match(r"[-+!@:]*", command).group()
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", **self.unit.environment()}
        user = self.unit.one("User")
        if user and "+" not in prefix:
            known = pwd.getpwnam(user)
            environment = {"HOME": known.pw_dir, "USER": user, "LOGNAME": user, "SHELL": known.pw_shell, **environment}
        environment.update(more or {})
        words = [expanded(word, environment) for word in shlex.split(command[len(prefix) :])]
        record("systemd", words, unit=self.unit.name, oom=self.unit.one("OOMScoreAdjust", "0"))
        try:
            return subprocess.Popen(
                words,
                env=environment,
                cwd=self.unit.one("WorkingDirectory", "/"),
                stdin=subprocess.DEVNULL,
                stdout=self.output(),
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=int(self.unit.one("UMask", "0022"), 8),
                preexec_fn=lambda: self.become("" if "+" in prefix else user),
            )
        except OSError as error:
            record("systemd", ["cannot start", str(error)], unit=self.unit.name)
            return None

    def output(self):
        kind, _, path = self.unit.one("StandardOutput").partition(":")
        return open(path if kind == "append" else f"{SHARED}/journal/{self.unit.name}", "ab")

    def become(self, user):
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write(self.unit.one("OOMScoreAdjust", "0"))
        except PermissionError:
            # Root of a container may not always go below 0.
            pass
        if not user:
            return
        known = pwd.getpwnam(user)
        group = self.unit.one("Group")
        number = grp.getgrnam(group).gr_gid if group else known.pw_gid
        more = [grp.getgrnam(name).gr_gid for content in self.unit.all("SupplementaryGroups") for name in content.split()]
        os.setgroups([*os.getgrouplist(user, number), *more])
        os.setgid(number)
        os.setuid(known.pw_uid)


def wait(child):
    """Orphans that the supervisor inherits are reaped meanwhile, so that nobody takes them for running."""
    while True:
        pid, status = os.wait()
        if pid == child.pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode


def expanded(word, environment):
    return re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda found: environment.get(found[1] or found[2], ""), word)
