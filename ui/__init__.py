"""The ways to ask: a chat in the browser, endpoints and tools for programs, ``peel``."""

import os

# Libraries read these once, when they are imported: no usage counts, no calls to other hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
