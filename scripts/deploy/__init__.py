"""Brings the monitor into an AWS account: `python -m scripts.deploy STACK=… BUCKET=…`.

In order: what was asked for is read (`request`, `schedule`), the account is checked (`checks`),
and only then the package is built, uploaded and deployed by the AWS CLI (`aws_cli`).
"""
