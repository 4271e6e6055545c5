"""The sample service with a read model of another service's log."""

from dataclasses import replace

from tests.kernel.messaging.support import COUNTS
from tests.kernel.rpc.sample.main import SERVICE as SAMPLE

SERVICE = replace(SAMPLE, foreign={"registry": (COUNTS,)})
