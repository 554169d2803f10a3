"""The agent's configuration file, read as the agent reads it."""

import json
import os
import re
import sys


def configuration(path):
    if path.endswith(".configuration"):
        with open(path) as file:
            return json.load(file)
    with open(path) as file:
        lines = [line for line in file.read().split("\n") if line.strip(" \n\t") and not line.strip(" \n\t").startswith("#")]
    pairs = [re.split("=" if "=" in line else ":", line, maxsplit=1) for line in map(without_comment, lines)]
    if any(len(pair) != 2 for pair in pairs):
        sys.exit("the configuration has a line without a value")
    found = {name.removeprefix("export").strip(" "): unquoted(content.strip(" ")) for name, content in pairs}
    return {**found, "config": path}


def without_comment(line):
    """What follows a # goes, unless an odd quote stands before it: the agent counts them from # to #."""
    kept, is_open = [], False
    for segment in line.split("#"):
        if segment.count('"') == 1 or segment.count("'") == 1:
            if is_open:
                kept.append(segment)
            is_open = not is_open
        if not kept or is_open:
            kept.append(segment)
    return "#".join(kept)


def unquoted(content):
    """Two quotes of a kind, wherever they stand, make the agent take the value for a quoted one."""
    if content.count('"') != 2 and content.count("'") != 2:
        return content
    return content.strip("\"'").replace('\\"', '"').replace("\\n", "\n")


def path_of(words):
    """The first that is there, in the agent's own order."""
    if "--config" in words:
        return words[words.index("--config") + 1]
    folders = [os.path.expanduser("~/.buildkite-agent"), "/usr/local/etc/buildkite-agent", "/etc/buildkite-agent"]
    places = [f"{folder}/buildkite-agent.cfg" for folder in folders]
    return os.environ.get("BUILDKITE_AGENT_CONFIG") or next(filter(os.path.exists, places), "")


def number(config, name, otherwise=0):
    """A whole number, or a duration of whole seconds."""
    text = config.get(name, "")
    return int(text.removesuffix("s")) if re.fullmatch(r"-?\d+s?", text) else otherwise


def grace_seconds(config, major):
    """How long a cancelled job has between its SIGTERM and its SIGKILL."""
    if major >= 4:
        return number(config, "cancel-signal-timeout", 10)
    signal = number(config, "signal-grace-period-seconds", -1)
    return signal if signal >= 0 else number(config, "cancel-grace-period", 10) + signal
