#!/usr/bin/python3
"""Buildkite's agent API as far as one agent with a few jobs asks for it: fake_agent_api.py FOLDER PORT
FOLDER/jobs.json lists the jobs' environments, FOLDER/register may hold the status that registering gets. What happens is
written to FOLDER/calls, a line each, and the jobs' logs to FOLDER/logs."""

import gzip
import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
REGISTERED = {"id": "agent-1", "access_token": "session", "ping_interval": 1, "job_status_interval": 1, "heartbeat_interval": 60}
JOB = {"chunks_max_size_bytes": 102400, "chunks_interval_seconds": 1, "token": "job-token", "step": {}}


def write(name, text):
    with open(f"{FOLDER}/{name}", "a") as file:
        file.write(text)


def record(line):
    write("calls", f"{line}\n")


class Jobs:
    def __init__(self):
        with open(f"{FOLDER}/jobs.json") as file:
            self.waiting = json.load(file)
        self.accepted = 0

    def next(self):
        """The same until it is accepted."""
        if not self.waiting:
            return None
        environment = self.waiting[0]
        return {**JOB, "id": environment["BUILDKITE_JOB_ID"], "state": "assigned", "env": environment}

    def accept(self):
        job = self.next()
        self.waiting.pop(0)
        return {**job, "state": "accepted"}


JOBS = Jobs()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        path = self.path.partition("?")[0]
        endpoint = f"http://{self.headers['Host']}"
        status, answer = 200, {}
        if path == "/register":
            status, answer = self.register(endpoint)
        elif path == "/ping":
            job = JOBS.next()
            answer = {} if job is None else {"job": {**job, "endpoint": endpoint}}
        elif re.fullmatch("/jobs/[^/]+/accept", path):
            answer = {**JOBS.accept(), "endpoint": endpoint}
        elif path.endswith("/start") and path.startswith("/jobs/"):
            record("job starts")
        elif path.endswith("/chunks"):
            write("logs", body.decode(errors="replace"))
        elif path.endswith("/finish"):
            told = json.loads(body)
            words = [str(told["exit_status"]), told.get("signal"), told.get("signal_reason")]
            record(" ".join(["job ends", *filter(None, words)]))
        elif path == "/disconnect":
            record("agent leaves")
        elif path == "/heartbeat":
            answer = {**json.loads(body or b"{}"), "received_at": "2030-01-01T00:00:00Z"}
        elif self.command == "GET" and path.startswith("/jobs/"):
            answer = {"state": "running"}
        elif path not in ("/connect", "/meta-data") and not path.endswith("/header_times"):
            status = 404
        self.answer(status, answer)

    do_GET = do_POST = do_PUT = handle_any

    def register(self, endpoint):
        if not os.path.exists(f"{FOLDER}/register"):
            record("agent registers")
            return 200, {**REGISTERED, "name": "agent", "endpoint": endpoint}
        with open(f"{FOLDER}/register") as file:
            status = int(file.read())
        record(f"agent is answered {status}")
        return status, {"message": "no"}

    def answer(self, status, content):
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
if os.environ.get("PORT_FILE"):
    with open(os.environ["PORT_FILE"], "w") as file:
        file.write(str(server.server_port))
server.serve_forever()
