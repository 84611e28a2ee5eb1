"""CloudWatch Logs: a Logs Insights subset and a shipper of server logs. Development only."""
