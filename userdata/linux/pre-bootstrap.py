#!/usr/bin/python3 -I
# The agent asks this hook before it does anything for a job; any exit code but 0 refuses the job.
# What is allowed stands in a file that jobs cannot write: three lists of patterns, each ended by NUL, one pattern a line.
# An empty list allows everything. The environment is the agent's own: the job is described in a file that it names.
import json, os, re, subprocess, sys
from fnmatch import fnmatchcase

LISTS = os.path.abspath(__file__).replace("buildkite-agent/hooks/pre-bootstrap", "buildkite-elastic-ci-stack/allowed-jobs")
REMOTE = r"(?i:https?|ssh|git|git\+ssh|ssh\+git)://"


class Refused(Exception):
  pass


def read(path):
  with open(path, encoding="utf-8") as file:
    return file.read()


def describe(what, value, allowed):
  return Refused(f"its {what} is {json.dumps(value)[:300]}. Allowed: {', '.join(allowed)}")


def check_pipeline(job, allowed):
  # A slug may be chosen to look like another pipeline's id, so an id is compared with ids alone.
  for pattern in allowed:
    is_id = re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", pattern)
    if job("PIPELINE_SLUG") and fnmatchcase(job("PIPELINE_ID" if is_id else "PIPELINE_SLUG"), pattern):
      return
  raise describe("pipeline", job("PIPELINE_SLUG"), allowed)


# Host and path of a repository: the same for every way to write its address.
def place(url):
  found = re.fullmatch(REMOTE + r"(?:[^/@]*@)?([^/:@]+)(?::\d*)?/+(.*)", url)
  found = found or re.fullmatch(r"(?:[^/:@]*@)?([^/:@]+)[:/]/*(.*)", url)
  host, path = found.groups() if found else (url, "*")
  return host.lower(), re.sub(r"\.git$", "", path.rstrip("/"))


# What Git, a proxy or the server might read in another way than place() does is refused.
def place_of_job(url):
  host, path = place(url)
  is_remote = re.match(REMOTE + r"|[^/:]+:(?!:|//)", url)
  is_plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", host) and not re.search(r"[\\?#*[\]\s]", url)
  is_odd = re.search(r"[:@]|(^|/)(\.\.?)?(/|$)|%(2e|2f|5c|25|[01]|7f)", path, re.I)
  if is_odd or not (is_remote and is_plain):
    raise Refused(f"its repository {json.dumps(re.sub('[^/]*@', '***@', url))[:300]} is no plain https or ssh address")
  return host, path


def check_repository(job, allowed):
  # The code of a pull request comes from the repository in which it was made.
  for url in job("REPO"), job("PULL_REQUEST_REPO") or job("REPO"):
    host, path = place_of_job(url)
    if not any(fnmatchcase(host, h) and fnmatchcase(path, p) for h, p in map(place, allowed)):
      raise describe("repository", f"{host}/{path}", allowed)


def check_branch(job, allowed):
  branch, fork = job("BRANCH"), job("PULL_REQUEST_REPO")
  # Whoever forks a repository calls a branch as they like.
  if fork and str(place_of_job(fork)).lower() != str(place_of_job(job("REPO"))).lower():
    raise describe("branch", f"{branch} of {'/'.join(place(fork))}", allowed)
  if job("REFSPEC") or branch.startswith("refs/"):
    raise Refused("it asks for something else than a branch or tag")
  name = "refs/tags/" + job("TAG") if job("TAG") else branch
  if not name or not any(fnmatchcase(name, pattern) for pattern in allowed):
    raise describe("branch", name, allowed)


def check():
  pipelines, repositories, branches, end = (part.split("\n") for part in read(LISTS).split("\0"))
  variables = json.loads(read(os.environ["BUILDKITE_ENV_JSON_FILE"]))

  def job(name):
    value = variables.get("BUILDKITE_" + name, "")
    if not (isinstance(value, str) and value.isprintable()):
      raise Refused(f"BUILDKITE_{name} is not one line of text")
    return value

  for checker, lines in (check_pipeline, pipelines), (check_repository, repositories), (check_branch, branches):
    allowed = [line for line in lines if line]
    if allowed:
      checker(job, allowed)


# What a hook prints goes to the agent's log alone. Whoever looks at the job finds an annotation.
def tell(reason):
  print(reason, flush=True)
  annotate = ["buildkite-agent", "annotate", "--style", "error", "--context", "refused-" + os.environ["BUILDKITE_JOB_ID"]]
  for scope in ["--scope", "job"], []:
    if subprocess.run(annotate + scope, input=f"    {reason}\n", text=True, timeout=15).returncode == 0:
      break


try:
  check()
except Exception as error:
  try:
    tell(f"This agent does not take the job: {error if isinstance(error, Refused) else f'it cannot be checked: {error!r}'}")
  finally:
    sys.exit(1)
