"""Renders templates as Home Assistant does: Jinja in a sandbox, the result is text.

Reads {"template": ..., "value_json": ...} or {"template": ..., "value": ...} from each line of standard input and writes the result as a JSON string.
What is undefined is an error here, where Home Assistant only logs it.
"""

import json
import sys

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
for line in sys.stdin:
    request = json.loads(line)
    variables = {name: request[name] for name in ("value", "value_json") if name in request}
    print(json.dumps(environment.from_string(request["template"]).render(variables)))
