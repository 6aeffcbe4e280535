"""Holds calls against a Google API's discovery document, strictly.

The document comes with google-api-python-client. A call is a method, a URL, a request body and an answer; what does not
conform is a line of text: an unknown path, a query parameter that does not exist or has a wrong value, a body with an
unknown member or a value of another type or format.
"""

import importlib.resources
import json
import re
import urllib.parse

import jsonschema

RFC3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
# Requests may leave the offset out when a time zone is given.
RFC3339_OR_CIVIL = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"
FORMATS = {
    "date": r"^\d{4}-\d\d-\d\d$",
    "int64": r"^-?\d+$",
    "uint64": r"^\d+$",
    "byte": r"^[A-Za-z0-9+/_-]*={0,2}$",
}
ETAG = r'^"[^"]+"$'
# Values that the document only describes in words.
VALUES = {
    "Event.status": ["confirmed", "tentative", "cancelled"],
    "Event.transparency": ["opaque", "transparent"],
    "Event.visibility": ["default", "public", "private", "confidential"],
    "Event.eventType": ["birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"],
    "EventAttendee.responseStatus": ["needsAction", "declined", "tentative", "accepted"],
    "EventReminder.method": ["email", "popup"],
    "ConferenceRequestStatus.statusCode": ["pending", "success", "failure"],
    "EntryPoint.entryPointType": ["video", "phone", "sip", "more"],
}
# Forms that the document does not tell: `created` is in whole seconds and `updated` in milliseconds.
PATTERNS = {
    "Event.created": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.000)?Z$",
    "Event.updated": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
    "Event.htmlLink": r"^https://www\.google\.com/calendar/event\?eid=[A-Za-z0-9_-]+$",
    "Event.hangoutLink": r"^https://meet\.google\.com/[a-z]{3}-[a-z]{4}-[a-z]{3}$",
}
RANGES = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}


class Discovery:
    """One API."""

    def __init__(self, name):
        cache = importlib.resources.files("googleapiclient") / "discovery_cache" / "documents"
        self.document = json.loads((cache / f"{name}.json").read_text())
        self.methods = list(self._methods(self.document))
        self.validators = {}

    def check(self, verb, url, body=None, status=200, answer=None):
        """The faults of one call, of the question and of the answer, as text."""
        return self.check_question(verb, url, body) + self.check_answer(verb, url, status, answer)

    def check_question(self, verb, url, body=None):
        """What is wrong with a method, its parameters and its body."""
        parts = urllib.parse.urlsplit(url)
        method = self._method(verb, parts.path)
        if method is None:
            return [f"no method of the API is {verb} {parts.path}"]
        faults = list(self._query(method, urllib.parse.parse_qs(parts.query, keep_blank_values=True)))
        if body is not None:
            if "request" not in method:
                faults.append("the method takes no body")
            else:
                faults += self._body(method["request"]["$ref"], body, asked=True)
        return [f"{method['id']}: {fault}" for fault in faults]

    def check_answer(self, verb, url, status, answer=None):
        """What is wrong with an answer; of an error only the envelope is known."""
        method = self._method(verb, urllib.parse.urlsplit(url).path)
        if method is None:
            return [f"no method of the API is {verb} {urllib.parse.urlsplit(url).path}"]
        faults = []
        if status >= 400:
            faults += self._error(status, answer)
        elif answer is not None:
            if "response" not in method:
                faults.append("the method answers no body")
            else:
                faults += self._body(method["response"]["$ref"], answer, asked=False)
        elif status == 200 and "response" in method:
            faults.append("the method answers a body")
        return [f"{method['id']}: {fault}" for fault in faults]

    def method_id(self, verb, url):
        """The method's id, such as `calendar.events.list`, or None."""
        method = self._method(verb, urllib.parse.urlsplit(url).path)
        return method and method["id"]

    def _methods(self, resource):
        yield from resource.get("methods", {}).values()
        for inner in resource.get("resources", {}).values():
            yield from self._methods(inner)

    def _method(self, verb, path):
        found = []
        for method in self.methods:
            literal = re.split(r"\{\+?\w+\}", method["path"])
            pattern = "[^/]+".join(re.escape(part) for part in literal)
            whole = re.escape("/" + self.document["servicePath"]) + pattern
            if method["httpMethod"] == verb and re.fullmatch(whole, path):
                # The path with the fewest holes is the most particular one.
                found.append((len(literal), method))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def _query(self, method, query):
        known = {**self.document["parameters"], **method.get("parameters", {})}
        for name, values in query.items():
            rule = known.get(name)
            if rule is None or rule.get("location") == "path":
                yield f"there is no query parameter {name}"
                continue
            if len(values) > 1 and not rule.get("repeated"):
                yield f"{name} is not repeatable"
            for value in values:
                fault = self._value(rule, value)
                if fault:
                    yield f"{name}={value}: {fault}"
        for name, rule in method.get("parameters", {}).items():
            if rule.get("required") and rule["location"] == "query" and name not in query:
                yield f"{name} is required"

    @staticmethod
    def _value(rule, value):
        if rule["type"] == "integer":
            if not re.fullmatch(r"-?\d+", value):
                return "not an integer"
            low, high = RANGES.get(rule.get("format"), (None, None))
            low, high = int(rule.get("minimum", low)), int(rule.get("maximum", high))
            if not low <= int(value) <= high:
                return "out of range"
        elif rule["type"] == "boolean" and value not in ("true", "false"):
            return "neither true nor false"
        elif "enum" in rule and value not in rule["enum"]:
            return "not one of " + ", ".join(rule["enum"])
        elif rule.get("format") == "date-time" and not re.fullmatch(RFC3339, value):
            return "not RFC 3339 with an offset"
        return None

    def _body(self, name, body, asked):
        if (name, asked) not in self.validators:
            definitions = {key: self._strict(schema, asked, key) for key, schema in self.document["schemas"].items()}
            schema = {"$ref": f"#/$defs/{name}", "$defs": definitions}
            self.validators[name, asked] = jsonschema.Draft202012Validator(schema)
        for error in self.validators[name, asked].iter_errors(body):
            where = "/".join(str(step) for step in error.absolute_path) or "body"
            yield f"{where}: {error.message[:200]}"

    def _strict(self, schema, asked, place):
        """A JSON Schema that allows nothing but what the document's schema names; `place` is schema.member.member."""
        if "$ref" in schema:
            return {"$ref": "#/$defs/" + schema["$ref"]}
        kind = schema.get("type")
        if kind == "any":
            return {}
        if kind == "array":
            return {"type": "array", "items": self._strict(schema["items"], asked, place)}
        if kind == "object" or "properties" in schema:
            rest = schema.get("additionalProperties")
            members = schema.get("properties", {})
            return {
                "type": "object",
                "properties": {key: self._member(value, asked, f"{place}.{key}") for key, value in members.items()},
                "additionalProperties": self._member(rest, asked, f"{place}.*") if rest else False,
            }
        strict = {"type": kind}
        form = schema.get("format")
        if form == "date-time":
            strict["pattern"] = RFC3339_OR_CIVIL if asked else RFC3339
        elif form in FORMATS and kind == "string":
            strict["pattern"] = FORMATS[form]
        elif form in RANGES:
            strict["minimum"], strict["maximum"] = RANGES[form]
        if "enum" in schema:
            strict["enum"] = schema["enum"]
        elif place in VALUES:
            strict["enum"] = VALUES[place]
        if asked:
            return strict
        if place.endswith(".kind") and "default" in schema:
            strict["const"] = schema["default"]
        if place.endswith(".etag"):
            strict["pattern"] = ETAG
        if place in PATTERNS:
            strict["pattern"] = PATTERNS[place]
        return strict

    def _member(self, schema, asked, place):
        strict = self._strict(schema, asked, place)
        # A PATCH deletes a member by null.
        return {"anyOf": [strict, {"type": "null"}]} if asked else strict

    @staticmethod
    def _error(status, answer):
        error = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(error, dict):
            yield "the error has no envelope"
            return
        if error.get("code") != status:
            yield f"the error's code is {error.get('code')}, not {status}"
        if not error.get("message"):
            yield "the error has no message"
        reasons = error.get("errors") or [{}]
        for reason in reasons:
            if not all(isinstance(reason.get(key), str) for key in ("domain", "reason", "message")):
                yield f"an entry of errors lacks domain, reason or message: {reason}"
