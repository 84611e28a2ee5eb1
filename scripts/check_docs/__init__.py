"""Holds the docs to what is there: `python -m scripts.check_docs`.

In order: `markdown` finds code in a page, `shell` the commands in it; `aws_cli` asks the AWS CLI's
own parser about its commands, `references` looks up make targets, paths and links.
"""
