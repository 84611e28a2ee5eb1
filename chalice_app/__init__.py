"""The Chalice application: every Lambda's Blueprint, registered in the order of the pipeline."""

from chalice.app import Chalice

from functions.check_replication.handler import blueprint as check_replication
from functions.notify.handler import blueprint as notify

app = Chalice(app_name="logical-replication-monitor")
app.register_blueprint(check_replication)
app.register_blueprint(notify)
