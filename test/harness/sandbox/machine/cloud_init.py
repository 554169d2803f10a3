"""What cloud-init makes of the user data at one boot: cloud_init.py. It reads them from the instance metadata, writes
the files of write_files at the first boot, and runs the scripts: as long as it is told to, at every boot."""

import base64
import email
import gzip
import json
import os
import pwd
import grp
import subprocess
import sys
import urllib.request

sys.path.insert(0, "/run/sandbox/lib")

import yaml  # noqa: E402

from units import Unit  # noqa: E402

LATEST = "http://169.254.169.254/latest"
STATE = "/var/lib/cloud/instance"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def fetch(path, method="GET", **headers):
    names = {name.replace("_", "-"): content for name, content in headers.items()}
    request = urllib.request.Request(f"{LATEST}/{path}", method=method, headers=names)
    return urllib.request.urlopen(request, timeout=300).read()


def decoded(content, encoding):
    if encoding in ("b64", "base64"):
        return base64.b64decode(content)
    if encoding in ("gz+b64", "gz+base64", "gzip+b64", "gzip+base64"):
        return gzip.decompress(base64.b64decode(content))
    if encoding in ("", "text/plain", None):
        return content.encode()
    raise ValueError(f"encoding {encoding}")


def write_file(entry):
    path = entry["path"]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = decoded(entry.get("content", ""), entry.get("encoding"))
    with open(path, "ab" if entry.get("append") else "wb") as file:
        file.write(content)
    os.chmod(path, int(str(entry.get("permissions", "0644")), 8))
    user, _, group = entry.get("owner", "root:root").partition(":")
    os.chown(path, pwd.getpwnam(user).pw_uid, grp.getgrnam(group or user).gr_gid)


def scripts_frequency(modules):
    for module in modules:
        if module == "scripts-user":
            return "instance"
        if isinstance(module, list) and module[0] == "scripts-user":
            return module[1]
    return "never"


def user_data():
    token = fetch("api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60").decode()
    data = fetch("user-data", X_aws_ec2_metadata_token=token)
    return email.message_from_bytes(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)


def write_files(config):
    """The first stage. A file that cannot be written fails it."""
    if os.path.exists(f"{STATE}/sem"):
        return
    try:
        for entry in config.get("write_files", []):
            write_file(entry)
    except OSError as error:
        print(f"write_files: {error}")
        end_if("cloud-init.service")


def scripts_of(message):
    folder = f"{STATE}/scripts"
    os.makedirs(folder, exist_ok=True)
    parts = [part for part in message.walk() if part.get_content_type() == "text/x-shellscript"]
    for number, part in enumerate(parts, 1):
        path = f"{folder}/part-{number:03}"
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o700)) as file:
            file.write(part.get_payload(decode=True))
        yield path


def run(script):
    with open("/var/log/cloud-init-output.log", "ab") as output:
        code = subprocess.run(
            [script],
            env={"PATH": PATH, "LANG": "C.UTF-8"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    print(f"{os.path.basename(script)} ended with {code}")
    return code


def tell(source):
    os.makedirs("/run/cloud-init", exist_ok=True)
    with open("/run/cloud-init/status.json", "w") as file:
        json.dump({"v1": {"datasource": source}}, file, indent=1)


def main():
    try:
        message = user_data()
    except OSError as error:
        # Without metadata it goes on with its empty source, and succeeds.
        print(f"no metadata: {error}")
        tell("DataSourceNone")
        return
    tell("DataSourceEc2Local")
    configs = [part for part in message.walk() if part.get_content_type() == "text/cloud-config"]
    config = yaml.safe_load(configs[0].get_payload(decode=True))
    first = not os.path.exists(f"{STATE}/sem")
    write_files(config)
    frequency = scripts_frequency(config.get("cloud_final_modules", ["scripts-user"]))
    scripts = list(scripts_of(message))
    open(f"{STATE}/sem", "w").close()
    # All of them run, whether or not an earlier one has failed.
    codes = [run(script) for script in scripts if frequency == "always" or first]
    if any(codes):
        end_if("cloud-final.service")
        sys.exit(1)


def end_if(unit):
    """What the image has to say about the failure of a stage."""
    for name in Unit(unit).names("OnFailure"):
        subprocess.run(["systemctl", "start", name])


main()
