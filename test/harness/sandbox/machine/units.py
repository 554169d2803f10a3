"""Unit files as systemd reads them, as far as this project's units go."""

import os
import re
import shlex

FOLDERS = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"]
# Units that an instance has from its distribution; here they do nothing but change their state.
VENDOR = {
    "amazon-cloudwatch-agent.service",
    "amazon-ssm-agent.service",
    "docker.service",
    "docker.socket",
    "rsyslog.service",
    "snap.amazon-ssm-agent.amazon-ssm-agent.service",
    "tmp.mount",
}

# Of these, what the image has started before the user data's scripts run.
RUNNING = VENDOR - {"docker.service", "docker.socket"}


def full_name(name):
    return name if re.search(r"\.(service|timer|socket|target|mount|slice|path)$", name) else f"{name}.service"


def find(name):
    template = re.sub(r"@.*\.", "@.", name)
    for folder in FOLDERS:
        for candidate in (name, template):
            if os.path.lexists(f"{folder}/{candidate}"):
                return f"{folder}/{candidate}"
    return None


def is_masked(name):
    path = find(name)
    return path is not None and os.path.realpath(path) == "/dev/null"


class Unit:
    """The settings of a unit and its drop-ins; each is a list, for most can be given more than once."""

    def __init__(self, name):
        self.name = name
        self.path = find(name)
        self.exists = self.path is not None or name in VENDOR or name.endswith((".target", ".slice"))
        self.settings = {}
        if self.path is not None:
            self.read(self.path)
        for drop_in in self.drop_ins():
            self.read(drop_in)

    def drop_ins(self):
        found = {}
        for folder in reversed(FOLDERS):
            path = f"{folder}/{self.name}.d"
            if os.path.isdir(path):
                found.update({name: f"{path}/{name}" for name in os.listdir(path) if name.endswith(".conf")})
        return [found[name] for name in sorted(found)]

    def read(self, path):
        with open(path) as file:
            text = re.sub(r"\\\n", " ", file.read())
        for line in text.split("\n"):
            line = line.strip()
            if line == "" or line[0] in "#;[":
                continue
            key, _, content = line.partition("=")
            self.add(key.strip(), content.strip())

    def add(self, key, content):
        if content == "":
            self.settings[key] = []
        else:
            self.settings.setdefault(key, []).append(self.specified(content))

    def specified(self, content):
        instance = self.name.rpartition(".")[0].partition("@")[2]
        return content.replace("%i", instance).replace("%n", self.name).replace("%%", "%")

    def all(self, key):
        return self.settings.get(key, [])

    def one(self, key, otherwise=""):
        return (self.all(key) or [otherwise])[-1]

    def names(self, key):
        return [full_name(name) for content in self.all(key) for name in content.split()]

    def required(self):
        """What has to run before; other units can demand it by a link."""
        linked = [os.listdir(folder) for folder in (f"{place}/{self.name}.requires" for place in FOLDERS) if os.path.isdir(folder)]
        return [*self.names("Requires"), *(name for names in linked for name in sorted(names))]

    def missing(self, key):
        """The first path of a condition that does not hold."""
        paths = self.all(key)
        return next((path for path in paths if os.path.exists(path.lstrip("!")) == path.startswith("!")), None)

    def yes(self, key):
        return self.one(key).lower() in ("yes", "true", "on", "1")

    def seconds(self, key, otherwise):
        """A time span. None is for ever."""
        span = self.one(key, otherwise)
        if span == "infinity" or re.fullmatch(r"0\w*", span):
            return None if key == "TimeoutStopSec" or span == "infinity" else 0
        factors = {"ms": 0.001, "s": 1, "sec": 1, "": 1, "m": 60, "min": 60, "h": 3600}
        return sum(float(number) * factors[unit] for number, unit in re.findall(r"([\d.]+)\s*([a-z]*)", span))

    def environment(self):
        found = {}
        for content in self.all("Environment"):
            found.update(word.split("=", 1) for word in shlex.split(content))
        for path in self.all("EnvironmentFile"):
            found.update(environment_file(path))
        return found


def environment_file(path):
    optional, path = path.startswith("-"), path.lstrip("-")
    if optional and not os.path.exists(path):
        return {}
    with open(path) as file:
        return dict(assignments(file.read()))


def assignments(text):
    """Quotes may span lines. Between double quotes a backslash frees these four characters, elsewhere any."""
    part = r"""(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*'|\\[\s\S]|[^"'\\\n])"""
    for name, content in re.findall(rf"^[ \t]*([A-Za-z_]\w*)=({part}*)", text, re.MULTILINE):
        yield name, "".join(map(plain, re.findall(part, content.strip())))


def plain(piece):
    if piece.startswith('"'):
        return re.sub(r"\\(\n|[\"\\`$])", lambda found: found[1].strip("\n"), piece[1:-1])
    return piece.strip("'") if piece.startswith("'") else piece.removeprefix("\\")
