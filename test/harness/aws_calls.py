"""Makes the AWS calls that standard input lists as JSON and prints their results as a JSON list."""

import base64
import datetime
import json
import sys

import boto3
import jmespath
from botocore.config import Config
from botocore.response import StreamingBody

BOUNDED = Config(connect_timeout=60, read_timeout=120, retries={"max_attempts": 0}, s3={"addressing_style": "path"})


def plain(value):
    if isinstance(value, StreamingBody):
        value = value.read()
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def call(clients, request):
    key = (request["service"], request["region"])
    if key not in clients:
        clients[key] = boto3.client(request["service"], region_name=request["region"], config=BOUNDED)
    client = clients[key]
    operation, params = request["operation"], request["params"]
    if client.can_paginate(operation):
        result = client.get_paginator(operation).paginate(**params).build_full_result()
    else:
        result = getattr(client, operation)(**params)
        result.pop("ResponseMetadata", None)
    return jmespath.search(request["query"], result) if request.get("query") else result


def main():
    clients = {}
    results = []
    for request in json.load(sys.stdin):
        try:
            results.append({"result": call(clients, request)})
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(results, sys.stdout, default=plain)


main()
