"""One job as the agent's bootstrap runs it: the hooks of the machine and of the repository around checkout and command."""

import ctypes
import json
import os
import re
import signal
import subprocess
import tempfile
import time

WRAPPER = """{shebang}
"{agent}" env dump >"{before}"
. "{hook}"
export BUILDKITE_HOOK_EXIT_STATUS=$?
export BUILDKITE_HOOK_WORKING_DIR="${{PWD}}"
"{agent}" env dump >"{after}"
exit $BUILDKITE_HOOK_EXIT_STATUS
"""
CHECKOUT_TRIES = 6
PR_SET_PDEATHSIG = 1
NOT_OURS = {"BUILDKITE_HOOK_EXIT_STATUS", "BUILDKITE_HOOK_WORKING_DIR", "_", "SHLVL"}


class Failed(Exception):
    def __init__(self, phase, code, reason=None):
        self.result = {"failedIn": phase, "code": code, **({"signalReason": reason} if reason else {})}


def go_quoted(text):
    escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


def hear_the_end(parent=ctypes.CDLL(None)):
    """A command's terminal hangs up when its bootstrap is killed."""
    parent.prctl(PR_SET_PDEATHSIG, signal.SIGHUP, 0, 0, 0)


class Job:
    def __init__(self, path, config, agent, slot="1"):
        with open(path) as file:
            self.wanted = json.load(file)
        self.base = path.rpartition(".")[0]
        self.config, self.agent, self.slot = config, os.path.abspath(agent), slot
        self.phases = []
        self.child = None
        self.cancelled = self.is_ending = False
        self.log = open(f"{self.base}.log", "ab")
        self.work = tempfile.mkdtemp(prefix="job-")
        self.environment = {**os.environ, **self.wanted["environment"], **self.from_the_agent()}

    def from_the_agent(self):
        name = self.config.get("name", "agent").replace("%spawn", self.slot)
        builds = self.config.get("build-path", "/var/lib/buildkite-agent/builds")
        job = self.wanted["environment"]
        folder = "/".join([re.sub(r"[^A-Za-z0-9-]", "-", name), job["BUILDKITE_ORGANIZATION_SLUG"], job["BUILDKITE_PIPELINE_SLUG"]])
        return {
            "BUILDKITE_AGENT_NAME": name,
            "BUILDKITE_AGENT_ENDPOINT": self.config.get("endpoint", ""),
            "BUILDKITE_AGENT_ACCESS_TOKEN": "token-of-the-job",
            "BUILDKITE_BIN_PATH": os.path.dirname(self.agent),
            "BUILDKITE_CONFIG_PATH": self.config["config"],
            "BUILDKITE_BUILD_PATH": builds,
            "BUILDKITE_GIT_MIRRORS_PATH": self.config.get("git-mirrors-path", ""),
            "BUILDKITE_HOOKS_PATH": self.config.get("hooks-path", ""),
            "BUILDKITE_PLUGINS_PATH": self.config.get("plugins-path", ""),
            "BUILDKITE_BUILD_CHECKOUT_PATH": f"{builds}/{folder}",
            **{key: job[key] for key in ("BUILDKITE_BUILD_CHECKOUT_PATH",) if key in job},
        }

    def run(self):
        signal.signal(signal.SIGTERM, self.cancel)
        result = {"code": 0, "failedIn": None}
        try:
            self.admission()
            try:
                self.body()
            except Failed as failure:
                result = failure.result
            self.last_hooks(result)
        except Failed as failure:
            result = failure.result
        subprocess.run(["rm", "-rf", self.work], check=False)
        result.update(phases=self.phases, environment=self.environment, cancelled=self.cancelled)
        with open(f"{self.base}.told", "w") as file:
            json.dump(result, file)
        if self.cancelled and result["code"] != 0:
            # As the agent's does, which tells of its signal by dying of it.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
        return result["code"]

    def cancel(self, *_):
        self.cancelled = True
        if self.child is not None:
            os.killpg(self.child.pid, signal.SIGTERM)

    def admission(self):
        """The agent's and the machine's word on the job, before anything of the job's own can run."""
        self.verify()
        hook = f"{self.config.get('hooks-path', '')}/pre-bootstrap"
        shell, plain = f"{self.work}/env", f"{self.work}/env.json"
        # Buildkite knows the agent's name, and sends it with the job.
        sent = {**self.wanted["environment"], "BUILDKITE_AGENT_NAME": self.environment["BUILDKITE_AGENT_NAME"]}
        with open(shell, "w") as file:
            file.writelines(f"{name}={go_quoted(content)}\n" for name, content in sent.items())
        with open(plain, "w") as file:
            json.dump(sent, file)
        files = {"BUILDKITE_ENV_FILE": shell, "BUILDKITE_ENV_JSON_FILE": plain}
        self.environment.update(files)
        if os.path.exists(hook):
            self.ask(hook, files)
        if not self.wanted["environment"].get("BUILDKITE_REPO"):
            self.say("Missing repository. See: `buildkite-agent bootstrap --help`")
            raise Failed("bootstrap", 1)

    def verify(self):
        """Without a key only a signature is suspicious, with one only its lack or falsehood. "warn" runs all jobs."""
        signature, has_key = self.wanted.get("signature", "none"), bool(self.config.get("verification-jwks-file"))
        is_fine = signature == "valid" if has_key else signature == "none"
        if not is_fine and self.config.get("verification-failure-behavior", "block") == "block":
            raise Failed("verification", -1, "signature_rejected")

    def ask(self, hook, files):
        told = {
            "BUILDKITE_JOB_ID": self.wanted["environment"]["BUILDKITE_JOB_ID"],
            "BUILDKITE_AGENT_ACCESS_TOKEN": "token-of-the-job",
            "BUILDKITE_AGENT_ENDPOINT": self.config.get("endpoint", ""),
        }
        if self.execute([hook], {**os.environ, **files, **told}, "/", None) != 0:
            self.say("pre-bootstrap hook rejected this job, see the buildkite-agent logs for more details")
            raise Failed("pre-bootstrap", -1, "agent_refused")
        self.phases.append("pre-bootstrap")

    def body(self):
        checkout = self.environment["BUILDKITE_BUILD_CHECKOUT_PATH"]
        self.hook("environment", "/")
        self.hook("pre-checkout", "/")
        os.makedirs(checkout, exist_ok=True)
        if self.environment.get("BUILDKITE_SKIP_CHECKOUT") != "true":
            self.check_out(checkout)
        for name in ("post-checkout", "pre-command"):
            self.hook(name, checkout)
        self.phases.append("command")
        code = self.execute(["/bin/bash", "-e", "-c", self.environment.get("BUILDKITE_COMMAND", "true")], self.environment, checkout)
        self.environment["BUILDKITE_COMMAND_EXIT_STATUS"] = str(code)
        self.hook("post-command", checkout)
        if code != 0:
            raise Failed("command", code)

    def check_out(self, checkout):
        self.phases.append("checkout")
        environment = {**self.environment, "GIT_TERMINAL_PROMPT": "0"}
        clone = ["git", "clone", "--quiet", "--", self.environment["BUILDKITE_REPO"], checkout]
        for attempt in range(CHECKOUT_TRIES):
            have = os.path.isdir(f"{checkout}/.git")
            code = self.execute(["git", "-C", checkout, "fetch", "--quiet"] if have else clone, environment, "/")
            if code == 0 or self.cancelled:
                break
            # The agent's pauses grow likewise, but from two seconds on.
            time.sleep(0.02 * 2**attempt)
        if code != 0:
            raise Failed("checkout", code)

    def last_hooks(self, result):
        folder = self.environment["BUILDKITE_BUILD_CHECKOUT_PATH"]
        self.is_ending = True
        try:
            self.hook("pre-exit", folder if os.path.isdir(folder) else "/")
        except Failed as failure:
            result.update(failure.result)

    def hook(self, name, folder):
        checkout = self.environment["BUILDKITE_BUILD_CHECKOUT_PATH"]
        places = [self.config.get("hooks-path", "")]
        if name not in ("environment", "pre-checkout"):
            places.append(f"{checkout}/.buildkite/hooks")
        for place in places:
            if os.path.exists(f"{place}/{name}"):
                self.phases.append(name)
                self.source(name, f"{place}/{name}", folder)

    def source(self, name, hook, folder):
        with open(hook) as file:
            shebang = file.readline().strip()
        before, after, wrapper = (f"{self.work}/{part}" for part in ("before", "after", "wrapper"))
        open(after, "w").close()
        with open(wrapper, "w") as file:
            file.write(WRAPPER.format(shebang=shebang, agent=self.agent, before=before, after=after, hook=hook))
        os.chmod(wrapper, 0o700)
        code = self.execute([wrapper], self.environment, folder)
        with open(after) as file:
            text = file.read()
        if text:
            with open(before) as file:
                self.adopt(json.load(file), json.loads(text))
        if code != 0:
            raise Failed(name, code)

    def adopt(self, before, after):
        for name in {**before, **after}:
            if name in NOT_OURS or before.get(name) == after.get(name):
                continue
            if name in after:
                self.environment[name] = after[name]
            else:
                self.environment.pop(name, None)

    def say(self, line):
        self.log.write(f"{line}\n".encode())
        self.log.flush()

    def execute(self, words, environment, folder, *log):
        """What a hook of the agent's own prints goes to the agent's log, which is this process's output."""
        (log,) = log or (self.log,)
        if self.cancelled and not self.is_ending:
            return -1
        try:
            self.child = subprocess.Popen(
                words,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=hear_the_end,
            )
        except OSError as error:
            self.say(f"{words[0]}: {error}")
            return 126
        code = self.child.wait()
        self.child = None
        self.log.flush()
        # As the agent reports a command that died of a signal.
        return code if code >= 0 else -1
