#!/usr/bin/python3 -I
# The agent asks this hook before it does anything for a job; any exit code but 0 refuses the job.
# What is allowed stands in a file that jobs cannot write: lists of patterns, one pattern a line, and the mode for pull
# requests, each ended by NUL. An empty list allows everything. The environment is the agent's own: the job is described in
# a file that it names.
import json, os, re, subprocess, sys
from fnmatch import fnmatchcase

LISTS = os.path.abspath(__file__).replace("buildkite-agent/hooks/pre-bootstrap", "buildkite-elastic-ci-stack/allowed-jobs")

# What Git, a proxy or the server might read in another way than this hook does is no address of a job.
SCHEME = r"(https|ssh|git\+ssh|ssh\+git)://"
HOST = "([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
NAME = r"(?:[\w.~+-]|%20)*[\w~+-]"
# Git decodes the whole address of ssh before it looks for the host, so its user has nothing to decode.
USER = r"(?:(?<=https://)[\w.~%:!$+=-]*@|\w[\w.-]*@)?"
ADDRESS = rf"(?:{SCHEME}{USER}{HOST}(?::(\d+))?/|(?:\w[\w.-]*@)?{HOST}:/?)({NAME}(?:/{NAME})*)/?"
PATTERN = rf"(?:{SCHEME}(?:[^/@]*@)?([^/:@]+)(?::(\d*))?/+|(?:[^/:@]*@)?([^/:@]+)[:/]/*)(.*)"
# A name in upper case is the same as one in lower case there.
ONE_CASE = ["github.com", "gitlab.com", "bitbucket.org"]

# Names of variables, and the values with which they lead neither the agent nor Git, ssh, bash or the AWS CLI to other
# code. The first line that fits a name counts.
VARIABLES = [
  ("GIT_(AUTHOR|COMMITTER)_.*|BUILDKITE_GIT_(SSH_KEY|SPARSE_CHECKOUT_PATHS|REMOTE_MIRROR_URL)", "(?s:.*)"),
  ("AWS_(DEFAULT_)?(REGION|OUTPUT)", "[a-z0-9-]*"),
  ("AWS_(ACCOUNT|ECR_LOGIN|ACCESS_KEY|SECRET|SESSION|S3_BUCKET|ROLE_ARN).*", r"[\w/+=,.: -]*"),
  ("AWS_(SDK_LOAD_CONFIG|MAX_ATTEMPTS|RETRY_MODE|EC2_METADATA_DISABLED|STS_REGIONAL_ENDPOINTS|USE_FIPS_ENDPOINT)", r"\w*"),
  ("GIT_(LFS_SKIP_SMUDGE|TERMINAL_PROMPT|COMMIT|BRANCH|TAG)|SSH_(HOST|PORT|USER)|SSL_MODE", r"[\w./-]*"),
  ("AWS_PAGER|BASH_ENV", ""),
  ("DISK_MIN_.*", "[0-9]*"),
  ("BUILDKITE_(AGENT_NAME|ORGANIZATION_SLUG)", r"((?!\.+$)[^/]+)?"),
  ("BUILDKITE_PLUGIN_S3_SECRETS_SKIP_.*", r"\w*"),
  ("BUILDKITE_GIT_.*_FLAGS", r" *((-[vqfdxn]+|--(force|prune|(no-)?(tags|single-branch)|depth[= ]\d+|filter=blob:none))( +|$))*"),
  ("BUILDKITE_GIT_COMMIT_VERIFICATION", "(strict)?"),
  ("ENV|BUILDKITE_GIT_.*", r"[\w-]*"),
  (
    "BUILDKITE_(REFSPEC|REPO_MIRROR|(HOOKS_)?SHELL|(ADDITIONAL_)?HOOKS_PATHS?|(BIN|BUILD|BUILD_CHECKOUT|PLUGINS|SOCKETS|CONFIG)_PATH|ENV_.*"
    "|PLUGIN_S3_SECRETS_.*|CHECKOUT_OVERRIDE_MODE|BOOTSTRAP_.*|KUBERNETES_.*|CONTAINER_.*|SSH_.*|SECRETS_.*|PLUGINS_ENABLED|LOCAL_HOOKS_.*|COMMAND_EVAL)",
    "",
  ),
  (
    r"(GIT|SSH|AWS|BASH|SSL|CURL|OPENSSL|XDG_CONFIG|KRB5)_.*|LD_(PRELOAD|LIBRARY_PATH|AUDIT|DEBUG.*|PROFILE.*|BIND_.*|ORIGIN_PATH|[A-Z_]*HWCAP.*)|BASHOPTS|SHELL(OPTS)?|PS4|IFS|PATH|HOME|(?i:.*_proxy)|REQUESTS_CA_BUNDLE"
    "|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|GCONV_PATH|LOCPATH|GLIBC_TUNABLES|PERL(5.*|LIB)|PYTHON.*|BROWSER",
    "(?!)",
  ),
]


class Refused(Exception):
  pass


def read(path):
  with open(path, encoding="utf-8") as file:
    return file.read()


def quoted(value):
  return json.dumps(re.sub("[^/]*@", "***@", value))[:300]


def describe(what, value, allowed):
  return Refused(f"its {what} is {quoted(value)}. Allowed: {', '.join(allowed)}")


def check_pipeline(job, allowed):
  # A slug may be chosen to look like another pipeline's id, so an id is compared with ids alone.
  for pattern in allowed:
    is_id = re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", pattern)
    if job("PIPELINE_SLUG") and fnmatchcase(job("PIPELINE_ID" if is_id else "PIPELINE_SLUG"), pattern):
      return
  raise describe("pipeline", job("PIPELINE_SLUG"), allowed)


# Host and path of a repository: the same for every way to write its address. An unusual port belongs to the host.
def place(url, form):
  found = re.fullmatch(form, url, re.A | re.I)
  scheme, host, port, other, path = found.groups() if found else (None, None, None, url, "*")
  usual = "443" if (scheme or "").lower() == "https" else "22"
  host = (host or other) + (f":{port}" if port and port != usual else "")
  return host.lower(), re.sub(r"\.git$", "", path.rstrip("/"))


def place_of_job(url, what="repository"):
  if not re.fullmatch(ADDRESS, url, re.A | re.I):
    raise Refused(f"its {what} {quoted(url)} is no plain https or ssh address")
  return place(url, ADDRESS)


# GitHub names the repository in which a pull request was made by an address from which the agent does not fetch.
def place_of_pull_request(job):
  return place_of_job(re.sub("^git://", "https://", job("PULL_REQUEST_REPO")))


def fold(host, path):
  return path.lower() if host in ONE_CASE else path


def folded(found):
  return found[0], fold(*found)


def check_place(what, found, allowed):
  host, path = folded(found)
  if not any(fnmatchcase(host, h) and fnmatchcase(path, fold(host, p)) for h, p in (place(a, PATTERN) for a in allowed)):
    raise describe(what, "/".join(found), allowed)


def is_pull_request(job):
  number = job("PULL_REQUEST")
  if not re.fullmatch("(false|[0-9]*)", number):
    raise Refused(f"its pull request {quoted(number)} is no number")
  return number not in ("", "false")


def check_repository(job, allowed):
  check_place("repository", place_of_job(job("REPO")), allowed)
  if job("GIT_REMOTE_MIRROR_URL"):
    check_place("mirror", place_of_job(job("GIT_REMOTE_MIRROR_URL"), "mirror"), allowed)
  # The code of a pull request comes from the repository in which it was made.
  if job("PULL_REQUEST_REPO") or is_pull_request(job):
    check_place("pull request's repository", place_of_pull_request(job), allowed)



# Whoever forks a repository calls a branch as they like.
def check_pull_request(job, mode):
  if mode not in ("none", "same-repository", "any"):
    raise Refused(f"{mode} is no mode for pull requests")
  is_one, made_in = is_pull_request(job), job("PULL_REQUEST_REPO")
  if mode == "any" or not (is_one or made_in):
    return
  if is_one and mode == "none":
    raise describe("pull request", job("PULL_REQUEST"), [mode])
  if not made_in or folded(place_of_pull_request(job)) != folded(place_of_job(job("REPO"))):
    raise describe("pull request's repository", made_in, ["the job's own"])


# The commit itself is proved by the hook pre-checkout, which can reach the repository.
def check_commit(job):
  if not re.fullmatch("(HEAD|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})?", job("COMMIT")):
    raise Refused(f"its commit {quoted(job('COMMIT'))} is no full hash")
  if job("COMMIT") == "HEAD" and (job("TAG") or is_pull_request(job)):
    raise Refused("its commit is HEAD, and it is no branch's job")


def check_branch(job, allowed):
  branch = job("BRANCH")
  name = "refs/tags/" + job("TAG") if job("TAG") else branch
  if not name or branch.startswith("refs/") or not any(fnmatchcase(name, pattern) for pattern in allowed):
    raise describe("branch", name, allowed)
  for ref in branch, job("TAG"):
    if re.search(r"""[\s:~^?*[\\'"]|\.\.|^[-+]""", ref):
      raise Refused(f"its branch {quoted(ref)} is no plain name")


# The source of a plugin as the agent reads it: short names stand for repositories on GitHub.
def check_plugins(job, allowed):
  plugins = json.loads(job("PLUGINS") or "null") or []
  if not isinstance(plugins, list):
    raise Refused("its plugins are no list")
  for plugin in plugins:
    for source in [plugin] if isinstance(plugin, str) else plugin:
      address, _, version = source.partition("#")
      # A folder of the job's own repository.
      if re.fullmatch(rf"\.(/{NAME})+", address, re.A):
        continue
      if re.fullmatch(r"([\w-]+/)?\w[\w.-]*", address, re.A):
        owner, _, name = address.rpartition("/")
        address = f"github.com/{owner or 'buildkite-plugins'}/{name}-buildkite-plugin"
      if not re.match(r"[\w+]+://", address):
        address = "https://" + address
      # A plugin may be a folder of a repository.
      address = re.sub(r"^(\w+://(?:[^/]*@)?(?:(?:github\.com|bitbucket\.org)/[^/]+/[^/]+|[^/]+/.*?\.git))/.*$", r"\1", address)
      if "%" in address or re.search(r"^-|[^\w./+-]", version):
        raise Refused(f"its plugin {quoted(source)} is no plain name")
      check_place("plugin", place_of_job(address, "plugin"), allowed)


def check_variables(variables, repositories):
  for variable, value in variables.items():
    if not re.fullmatch(r"[\w./:-]+", variable, re.A):
      raise Refused(f"its variable {quoted(variable)} is no plain name")
    for names, values in VARIABLES:
      if re.fullmatch(names, variable):
        if not re.fullmatch(values, value, re.A):
          raise Refused(f"its variable {variable} may lead to other code")
        break
  if variables.get("BUILDKITE_GIT_REMOTE_MIRROR_URL") and not repositories:
    raise Refused("its mirror is on no list of repositories")


def check():
  *lists, mode, end = read(LISTS).split("\0")
  pipelines, repositories, branches, plugins = ([line for line in part.split("\n") if line] for part in lists)
  variables = json.loads(read(os.environ["BUILDKITE_ENV_JSON_FILE"]))

  def job(name):
    value = variables.get("BUILDKITE_" + name, "")
    if not (isinstance(value, str) and value.isprintable()):
      raise Refused(f"BUILDKITE_{name} is not one line of text")
    return value

  if mode == "any" and not any([pipelines, repositories, branches, plugins]):
    return
  checkers = (check_pipeline, pipelines), (check_repository, repositories), (check_branch, branches), (check_plugins, plugins)
  for checker, allowed in checkers:
    if allowed:
      checker(job, allowed)
  check_pull_request(job, "same-repository" if branches and mode == "any" else mode)
  check_commit(job)
  check_variables(variables, repositories)


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

# Whatever becomes of this refuses no job.
CLEAR = "/usr/local/lib/buildkite-elastic-ci-stack/clear-last-job.sh"
try:
  if os.path.exists(CLEAR):
    subprocess.run([CLEAR], timeout=60)
except Exception as error:
  print(f"The last job's leftovers stay: {error!r}", flush=True)
