"""Kalends' side: many calendars through one process of `expand_batch`."""

import json
import subprocess


def expand(program, questions):
    """Answers of `program` for `{"ics", "zone", "from", "to"}`, in order."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]
