"""The web pages of the sandbox: plain HTML, CSS and ES modules, sent as they lie here.

`shared/` is used by both pages, `blocks/` draws Block Kit, `slack/` is the workspace, `market/` the other side.
"""
