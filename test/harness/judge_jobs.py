"""Runs the agent's pre-bootstrap hook once for each case on standard input, in this one process."""
import contextlib, io, json, os, subprocess, sys

hook, cases = sys.argv[1], json.load(sys.stdin)
root = os.path.dirname(os.path.dirname(os.path.dirname(hook)))
lists, job = f"{root}/buildkite-elastic-ci-stack/allowed-jobs", f"{root}/job.json"
code = compile(open(hook, encoding="utf-8").read(), hook, "exec")
os.environ.update(BUILDKITE_ENV_JSON_FILE=job, BUILDKITE_JOB_ID="job-1")
# The annotation has tests of its own.
subprocess.run = lambda arguments, **_: subprocess.CompletedProcess(arguments, 0)


def verdict(case):
    for path, content in (lists, case["lists"]), (job, json.dumps(case["job"])):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            exec(code, {"__file__": hook, "__name__": "__main__"})
            return {"code": 0, "said": said.getvalue()}
        except SystemExit as end:
            return {"code": end.code, "said": said.getvalue()}


json.dump([verdict(case) for case in cases], sys.stdout)
