"""Every method takes exactly the scopes that Google's discovery document names for it.

The simulator's base address is the first argument. Each method is called once without a token and once with each scope
of the document alone, and must refuse just those that are not the method's. The calls name a calendar that nobody has, so
that none of them changes anything.
"""

import http.client
import json
import re
import sys
import urllib.parse

from discovery import Discovery


class Caller:
    def __init__(self, base):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc)

    def call(self, verb, path, body=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = json.dumps(body) if body is not None else None
        try:
            self.connection.request(verb, path, text, headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # A server may close a connection whose request it did not read to its end.
            self.connection.close()
            self.connection.request(verb, path, text, headers)
            answer = self.connection.getresponse()
        content = answer.read()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, {}

    def token(self, scope):
        body = {"provider": "google", "email": "ana@example.com", "scopes": [scope]}
        status, answer = self.call("POST", "/_sim/tokens", body)
        assert status == 200, (scope, answer)
        return answer["accessToken"]


def details(answer):
    """What the error says to programs: reason and method."""
    error = answer.get("error", {})
    for detail in error.get("details", []) if isinstance(error, dict) else []:
        return detail.get("reason"), detail.get("metadata", {}).get("method")
    return None, None


def rpc_name(method):
    """`calendar.events.list` is `calendar.v3.Events.List` in errors."""
    _, resource, verb = method["id"].split(".")
    return f"calendar.v3.{resource[0].upper()}{resource[1:]}.{verb[0].upper()}{verb[1:]}"


def main(base):
    caller = Caller(base)
    discovery = Discovery("calendar.v3")
    scopes = list(discovery.document["auth"]["oauth2"]["scopes"])
    tokens = {scope: caller.token(scope) for scope in scopes}
    faults, checked = [], 0
    for method in discovery.methods:
        path = "/" + discovery.document["servicePath"] + re.sub(r"\{\+?\w+\}", "nobody@example.com", method["path"])
        query = [name for name, rule in method.get("parameters", {}).items() if rule.get("required") and rule["location"] == "query"]
        if query:
            path += "?" + "&".join(f"{name}=nobody%40example.com" for name in query)
        body = {} if "request" in method else None
        status, answer = caller.call(method["httpMethod"], path, body)
        if status in (404, 405):
            faults.append(f"{method['id']} is not served: {status}")
            continue
        if (status, *details(answer)) != (401, "CREDENTIALS_MISSING", rpc_name(method)):
            faults.append(f"{method['id']} without a token: {status} {answer}")
        for scope in scopes:
            status, answer = caller.call(method["httpMethod"], path, body, tokens[scope])
            reason, name = details(answer)
            refused = (status, reason) == (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
            checked += 1
            if refused == (scope in method["scopes"]):
                faults.append(f"{method['id']} with {scope}: {status} {answer}")
            elif refused and name != rpc_name(method):
                faults.append(f"{method['id']} calls itself {name}")
    assert not faults, "\n".join(faults)
    print(f"{len(discovery.methods)} methods, {checked} pairs of method and scope")


if __name__ == "__main__":
    main(sys.argv[1])
