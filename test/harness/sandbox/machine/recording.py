"""What every stand-in does: it writes down what it was asked, and answers as the test wants it to."""

import fcntl
import json
import os
import re
import subprocess
import sys
import time

SHARED = "/run/sandbox"


def record(program, arguments, **more):
    call = {"time": time.time(), "program": program, "arguments": arguments, "user": os.getuid(), **more}
    with open(f"{SHARED}/calls", "a") as calls:
        calls.write(json.dumps(call) + "\n")


def speed():
    """How many times shorter the machine's pauses are."""
    with open(f"{SHARED}/speed") as file:
        return float(file.read())


def clock():
    """The machine's time, which stands still unless the test lets some pass."""
    with open(f"{SHARED}/clock") as file:
        return float(file.read())


def planned_answer(program, arguments):
    """The first answer whose pattern fits and that is not used up."""
    with open(f"{SHARED}/answers.json", "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        answers = json.load(file)
        for answer in answers:
            if answer["program"] != program or not re.search(answer["arguments"], " ".join(arguments)):
                continue
            if answer["times"] == 0:
                continue
            used = "after" if answer["after"] > 0 else "times"
            answer[used] -= 1
            file.seek(0)
            file.truncate()
            json.dump(answers, file)
            return answer if used == "times" else None
    return None


def give(answer):
    """Ends this process with the answer."""
    time.sleep(answer.get("seconds", 0) / speed())
    sys.stdout.write(answer.get("stdout", ""))
    sys.stderr.write(answer.get("stderr", ""))
    sys.stdout.flush()
    code = subprocess.run(["bash", "-c", answer["run"]]).returncode if "run" in answer else 0
    sys.exit(answer.get("code", code))
